package dev.millrace.dialect.process.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a definition that is well formed and can still not work, or not as it looks. */
final class SavedDefinitionTest {
  private static final ProcessFormat FORMAT =
      new ProcessFormat(
          new NodeTypes(BuiltInNodeTypes.all()), new ProcessExpressions(), new JsonSchemas());

  private static DefinitionCheck check(Object document) {
    return FORMAT.check(document);
  }

  private static List<String> places(List<Problem> problems) {
    return problems.stream().map(problem -> problem.path() + " " + problem.code()).toList();
  }

  private static List<String> errors(Object document) {
    return places(check(document).errors());
  }

  private static List<String> warnings(Object document) {
    assertThat(errors(document)).isEmpty();
    return places(check(document).warnings());
  }

  private static Object task(String template, String parameters, String more) {
    return Documents.process(
        "{instId:'a',template:'%s',parameters:{%s}%s}".formatted(template, parameters, more));
  }

  @ParameterizedTest
  @CsvSource({
    "http, url",
    "mail, to",
    "script, code",
    "database-handler, sql",
    "database-handler, datasource",
    "sub-workflow, child_workflow_id",
    "activity, name",
    "signal, name",
    "variable, key",
    "switch, cases",
    "validate, schema",
    "cron-timer, expr",
    "transform, expression",
    "interval, interval",
    "condition, condition_list",
    "form-task, assignees",
    "approval, members",
  })
  void shouldRefuseATaskWithoutWhatItNeeds(String template, String parameter) {
    assertThat(errors(task(template, "", "")))
        .contains("$.tasks[0].parameters.%s required".formatted(parameter));
    assertThat(errors(task(template, "", ",isIgnore:true"))).isEmpty();
    assertThat(errors(Documents.with(task(template, "", ""), "status", "draft"))).isEmpty();
  }

  @Test
  void shouldSayThatNobodyCouldActOnAnApprovalWithoutMembers() {
    assertThat(check(task("approval", "", "")).errors())
        .singleElement()
        .extracting(Problem::message)
        .asString()
        .contains("nobody could act");
    assertThat(errors(task("approval", "onEmpty:{value:'skip'}", ""))).isEmpty();
    assertThat(warnings(task("approval", "members:{value:[]}", "")))
        .containsExactly("$.tasks[0].parameters.members.value empty");
  }

  @Test
  void shouldWarnOfWhatIsDeclaredAndEmpty() {
    assertThat(warnings(task("script", "code:{value:'',default:'',required:true}", "")))
        .containsExactly("$.tasks[0].parameters.code.default empty");
    assertThat(warnings(task("http", "url:{value:' '}", "")))
        .containsExactly("$.tasks[0].parameters.url.value empty");
    assertThat(warnings(task("http", "url:{default:'http://h/'}", ""))).isEmpty();
    assertThat(warnings(task("mail", "to:{value:'a@example.org'}", "")))
        .containsExactly("$.tasks[0].parameters.text empty");
  }

  @Test
  void shouldTakeOneOfSeveral() {
    assertThat(warnings(task("transform", "template:{value:1}", ""))).isEmpty();
    assertThat(warnings(task("interval", "until:{value:'2030-01-01T00:00:00Z'}", ""))).isEmpty();
    assertThat(warnings(task("mail", "bcc:{value:['a@example.org']},text:{value:'x'}", "")))
        .isEmpty();
    assertThat(warnings(task("condition", "", ",connections:[{to:'a',when:'$index > 3'}]")))
        .isEmpty();
  }

  @Test
  void shouldWarnOfAFormInTheMiddleThatAsksNobody() {
    String tasks =
        "{instId:'m',template:'manual',connections:['f']},{instId:'f',template:'form'%s}";
    assertThat(warnings(Documents.process(tasks.formatted(""))))
        .containsExactly("$.tasks[1].parameters.members empty");
    assertThat(warnings(Documents.process(tasks.formatted(",parameters:{members:{value:['li']}}"))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cron-timer", "webhook", "sync-api", "form"})
  void shouldSayThatNothingFiresAStart(String template) {
    DefinitionCheck check = check(task(template, "expr:{value:'@daily'}", ""));
    assertThat(check.errors()).isEmpty();
    assertThat(check.warnings())
        .anySatisfy(warning -> {
          assertThat(warning.path()).isEqualTo("$.tasks[0].template");
          assertThat(warning.code()).isEqualTo("not_fired");
          assertThat(warning.message()).contains("is stored, but nothing fires it");
        });
  }

  @Test
  void shouldWarnOfReferencesInWhatIsRunAsItStands() {
    assertThat(
            warnings(
                task(
                    "database-handler",
                    "datasource:{value:'d'},sql:{value:\"select * from t where a = '{{input.x}}'\"}",
                    "")))
        .containsExactly("$.tasks[0].parameters.sql.value not_replaced");
    assertThat(warnings(task("script", "code:{value:'return {{input.x}}'}", "")))
        .containsExactly("$.tasks[0].parameters.code.value not_replaced");
    assertThat(warnings(task("script", "code:{value:'return {a: {b: input.x}}'}", ""))).isEmpty();
  }

  @Test
  void shouldNotSayItOfAStartByHand() {
    assertThat(warnings(task("manual", "", ""))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "transform | expression:{value:'1 +'}                        | expression.value",
        "transform | expression:{value:'{% 1 + %}'}                  | expression.value",
        "transform | expression:{default:'foo('}                     | expression.default",
        "condition | condition:{value:'1 +'}                         | condition.value",
        "condition | when:{value:'{{a.output'}                       | when.value",
        "condition | condition_list:{value:['1 +']}                  | condition_list.value[0]",
        "condition | condition:{value:{condition_list:['1 +']}}      | condition.value.condition_list[0]",
        "switch    | cases:{value:[{name:'x',when:'1 +'}]}           | cases.value[0].when",
        "switch    | cases:{value:[{name:'x',value:'{% 1 + %}'}]}    | cases.value[0].value",
        "http      | url:{value:'{{a.output'}                        | url.value",
      })
  void shouldRefuseExpressionsThatDoNotParse(String template, String parameters, String place) {
    assertThat(errors(task(template, parameters, "")))
        .containsExactly("$.tasks[0].parameters." + place.strip() + " expression");
  }

  @Test
  void shouldSayWhereAnExpressionDoesNotParse() {
    assertThat(check(task("transform", "expression:{value:'1 +'}", "")).errors())
        .singleElement()
        .extracting(Problem::message)
        .asString()
        .contains("position");
    assertThat(check(task("transform", "expression:{value:'a ) b'}", "")).errors())
        .singleElement()
        .extracting(Problem::message)
        .asString()
        .contains("position 3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "{% $input.a %}",
        "$tasks.a.b[0] % 2",
        "/* a */ 1",
      })
  void shouldAcceptExpressionsWithAndWithoutDelimiters(String source) {
    assertThat(warnings(task("transform", "expression:{value:'" + source + "'}", ""))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type:'string',value1:'a',operation:'equals',value2:'a'} | operation",
        "{type:'text',value1:'a',operation:'equal',value2:'a'}    | type",
      })
  void shouldRefuseConditionsThatNoValueCanMeet(String condition, String member) {
    assertThat(errors(task("condition", "condition_list:{value:[" + condition + "]}", "")))
        .containsExactly(
            "$.tasks[0].parameters.condition_list.value[0].%s invalid_value"
                .formatted(member.strip()));
    assertThat(
            errors(
                task(
                    "script",
                    "code:{value:'1'}",
                    ",connections:[{to:'a',when:" + condition + "}]")))
        .containsExactly(
            "$.tasks[0].connections[0].when.%s invalid_value".formatted(member.strip()));
  }

  @Test
  void shouldRefuseSchemasOfTasksThatCannotBeUsed() {
    assertThat(
            errors(
                task(
                    "validate", "value:{value:1},schema:{value:{n:{type:'integer',min:'x'}}}", "")))
        .singleElement()
        .asString()
        .startsWith("$.tasks[0].parameters.schema.value")
        .endsWith("invalid_schema");
  }

  private static Object fork(String join) {
    return Documents.process(
        "{instId:'p',template:'parallel',connections:['a','b']},"
            + "{instId:'a',template:'parallel',connections:['j']},"
            + "{instId:'b',template:'parallel',connections:['j']},"
            + "{instId:'j',template:'aggregation',"
            + join
            + "}");
  }

  @Test
  void shouldRefuseAJoinThatWaitsForMoreThanCanArrive() {
    assertThat(errors(fork("join:{policy:'n',n:3}"))).containsExactly("$.tasks[3].join.n maximum");
    assertThat(errors(fork("parameters:{relation:{value:'n'},n:{value:3}}")))
        .containsExactly("$.tasks[3].parameters.n.value maximum");
    assertThat(errors(fork("join:{policy:'n',n:2}"))).isEmpty();
    assertThat(errors(fork("join:{policy:'specific',of:['a','p']}")))
        .containsExactly("$.tasks[3].join.of[1] not_incoming");
  }

  @Test
  void shouldCountWhatComesOverOneEdge() {
    // Where branches meet without a join, each goes on: three tokens over one edge.
    String tasks =
        "{instId:'p',template:'parallel',connections:['a','b','c']},"
            + "{instId:'a',template:'parallel',connections:['m']},"
            + "{instId:'b',template:'parallel',connections:['m']},"
            + "{instId:'c',template:'parallel',connections:['m']},"
            + "{instId:'m',template:'parallel',connections:['j']},"
            + "{instId:'j',template:'aggregation',join:{policy:'n',n:%d}}";
    assertThat(errors(Documents.process(tasks.formatted(3)))).isEmpty();
    assertThat(errors(Documents.process(tasks.formatted(4))))
        .containsExactly("$.tasks[5].join.n maximum");
  }

  @Test
  void shouldNotBoundWhatACycleCanSend() {
    String tasks =
        "{instId:'p',template:'parallel',connections:['w','b']},"
            + "{instId:'w',template:'interval',parameters:{interval:{value:1}},"
            + "connections:['j','w']},"
            + "{instId:'b',template:'parallel',connections:['j']},"
            + "{instId:'j',template:'aggregation',join:{policy:'n',n:9}}";
    assertThat(errors(Documents.process(tasks))).isEmpty();
  }

  @Test
  void shouldCountOneTokenBehindAJoin() {
    String tasks =
        "{instId:'p',template:'parallel',connections:['a','b']},"
            + "{instId:'a',template:'parallel',connections:['j']},"
            + "{instId:'b',template:'parallel',connections:['j']},"
            + "{instId:'j',template:'aggregation',connections:['k']},"
            + "{instId:'k',template:'aggregation',join:{policy:'n',n:2}}";
    assertThat(errors(Documents.process(tasks))).containsExactly("$.tasks[4].join.n maximum");
  }

  @Test
  void shouldWarnOfTasksThatNoStartReaches() {
    String tasks =
        "{instId:'a',template:'parallel',connections:['b']},"
            + "{instId:'b',template:'parallel',connections:['c']},"
            + "{instId:'c',template:'parallel'},"
            + "{instId:'x',template:'parallel'}";
    assertThat(warnings(Documents.process(tasks, "startTaskInstId:'b',")))
        .containsExactly("$.tasks[3] unreachable");
    assertThat(warnings(Documents.process("{instId:'s',template:'manual'}," + tasks)))
        .containsExactly(
            "$.tasks[1] unreachable",
            "$.tasks[2] unreachable",
            "$.tasks[3] unreachable",
            "$.tasks[4] unreachable");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"idempotency:{key:'x'}", "priority:3", "queue:'q'", "fast:{onCrash:'rerun'}"})
  void shouldRefuseMembersOfTheProcessThatNothingKeeps(String member) {
    assertThat(errors(Documents.json("{name:'p',tasks:[],extension:{" + member + "}}")))
        .containsExactly(
            "$.extension.%s unsupported".formatted(member.substring(0, member.indexOf(':'))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mutex:'m'", "guard:'true'", "cancels:['a']"})
  void shouldRefuseMembersOfATaskThatNothingKeeps(String member) {
    assertThat(errors(task("parallel", "", "," + member)))
        .containsExactly(
            "$.tasks[0].%s unsupported".formatted(member.substring(0, member.indexOf(':'))));
    String name = member.substring(0, member.indexOf(':'));
    assertThat(warnings(task("parallel", "", "," + name + ":''"))).isEmpty();
  }

  @Test
  void shouldWarnOfMembersThatEveryServerAccepts() {
    assertThat(
            warnings(
                Documents.json(
                    "{name:'p',tasks:[],extension:{rateLimit:10,concurrency:{limit:1},"
                        + "onFailure:{process:'proc-aaaaaaaa'},retention:{completed:'P30D'},"
                        + "compensateOn:['stopped']}}")))
        .containsExactly("$.extension.compensateOn[0] unsupported");
  }

  @Test
  void shouldRefuseLimitsOfAProcessThatCannotBeRead() {
    String text =
        "{name:'p',tasks:[],extension:{concurrency:{onLimit:'queue',key:'{{input.'},"
            + "retention:{completed:'a month',failed:'1h30m',stopped:'PT12H',any:'forever'}}}";
    assertThat(errors(Documents.json(text)))
        .containsExactlyInAnyOrder(
            "$.extension.concurrency.limit required",
            "$.extension.concurrency.key expression",
            "$.extension.retention.completed invalid_value");
  }

  @Test
  void shouldRefuseARetryForTheWholeProcess() {
    assertThat(
            errors(
                Documents.json(
                    "{name:'p',tasks:[],extension:{errorHandler:{operation:'retry',"
                        + "retry:{count:2}}}}")))
        .containsExactly("$.extension.errorHandler.retry unsupported");
  }

  @Test
  void shouldWarnOfUnknownMembers() {
    assertThat(
            warnings(
                Documents.json(
                    "{name:'p',colour:'red',extension:{rateLimits:1},tasks:[{instId:'a',"
                        + "template:'http',lable:'x',parameters:{url:{value:'http://h/'},"
                        + "metod:{value:'POST'}},errorHandler:{operation:'retry',"
                        + "retry:{count:1,intervall:2}},loopHandler:{loopType:'for',times:1,"
                        + "parallel:2},join:{policy:'all',count:3}}]}")))
        .containsExactlyInAnyOrder(
            "$.colour unknown_member",
            "$.extension.rateLimits unknown_member",
            "$.tasks[0].lable unknown_member",
            "$.tasks[0].parameters.metod unknown_parameter",
            "$.tasks[0].errorHandler.retry.intervall unknown_member",
            "$.tasks[0].loopHandler.parallel unknown_member",
            "$.tasks[0].join.count unknown_member");
  }

  @Test
  void shouldWarnOfWordsThatATaskDoesNotKnow() {
    assertThat(warnings(task("approval", "members:{value:['a']},attr:{value:'vote'}", "")))
        .containsExactly("$.tasks[0].parameters.attr.value invalid_value");
    assertThat(warnings(task("approval", "members:{value:['a']},attr:{value:'{{input.a}}'}", "")))
        .isEmpty();
    assertThat(warnings(task("http", "url:{value:'http://h/'},method:{value:'post'}", "")))
        .isEmpty();
    assertThat(warnings(task("approval", "members:{value:['a','role:hr']}", "")))
        .containsExactly("$.tasks[0].parameters.members.value[1] unsupported");
  }

  @Test
  void shouldTakeAnyParametersOfAScript() {
    assertThat(warnings(task("script", "code:{value:'return params.x'},x:{value:1}", "")))
        .isEmpty();
  }

  @Test
  void shouldWarnOfAnErrorCatchBehindOneThatTakesAll() {
    String some = "{instId:'c',template:'error-catch',parameters:{on:{value:['http.5*']}}},";
    String all = "{instId:'d',template:'error-catch'},";
    String more = "{instId:'e',template:'error-catch'},{instId:'a',template:'parallel'}";
    assertThat(warnings(Documents.process(some + all + more)))
        .containsExactly("$.tasks[2] spare_error_catch");
  }
}
