package dev.millrace.dialect.process.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DefinitionCheckTest {

  private static List<String> errors(Object document) {
    return Documents.format().check(document).errors().stream()
        .map(problem -> problem.path() + " " + problem.code())
        .toList();
  }

  private static List<String> warnings(Object document) {
    DefinitionCheck check = Documents.format().check(document);
    assertThat(check.errors()).isEmpty();
    return check.warnings().stream().map(problem -> problem.path() + " " + problem.code()).toList();
  }

  private static String task(String members) {
    return "{instId:'a',template:'script'," + members + "}";
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "3", "[]", "'x'"})
  void shouldRefuseWhatIsNoObject(String text) {
    Object value = text.equals("null") ? null : Documents.json(text);
    assertThat(Documents.format().check(value).errors())
        .extracting(Problem::path)
        .containsExactly("$");
  }

  @Test
  void shouldReportAllFaultsTogether() {
    Object document =
        Documents.json(
            "{name:'',engine:'turbo',inputDataSchema:{n:{type:'integer',min:'x'}},tasks:["
                + "{instId:'a',template:'nothing',connections:['b']},"
                + "{instId:'input',template:'script',"
                + "parameters:{v:{value:['{{a.output','ok']}}},"
                + "{instId:'a',template:'script',timeout:-1}]}");
    assertThat(errors(document))
        .contains(
            "$.name too_short",
            "$.engine invalid_value",
            "$.tasks[0].template unknown_template",
            "$.tasks[0].connections[0] unknown_task",
            "$.tasks[1].instId reserved_id",
            "$.tasks[1].parameters.v.value[0] expression",
            "$.tasks[2].instId duplicate_id",
            "$.tasks[2].timeout minimum")
        .anyMatch(error -> error.startsWith("$.inputDataSchema") && error.endsWith("schema"));
  }

  @Test
  void shouldPointIntoNodesWhereTheyWereSent() {
    assertThat(errors(Documents.json("{name:'n',nodes:[{instId:'a',template:'x'}]}")))
        .containsExactly("$.nodes[0].template unknown_template");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "connections:['b']                              | connections[0] unknown_task",
        "connections:[{to:'a',x:1,on:'error'}]          | connections[0].x unknown_member",
        "connections:[{to:'b'}]                         | connections[0].to unknown_task",
        "connections:[7]                                | connections[0] type",
        "connections:[{to:'a',when:'1 +'}]              | connections[0].when expression",
        "compensate:'b'                                 | compensate unknown_task",
        "errorHandler:{operation:'catch'}               | errorHandler.catch required",
        "errorHandler:{operation:'catch',exception_branch:'b'}"
            + "| errorHandler.exception_branch unknown_task",
        "errorHandler:{catch:[{branch:'b'}]}            | errorHandler.catch[0].branch unknown_task",
        "parameters:{timeout_branch:{value:'b'}}"
            + "| parameters.timeout_branch.value unknown_task",
        "parameters:{'x y':{type:'text'}}               | parameters['x y'].type invalid_value",
        "loopHandler:{loopType:'for'}                   | loopHandler.times required",
        "loopHandler:{loopType:'forEach'}               | loopHandler.items required",
        "loopHandler:{loopType:'while'}                 | loopHandler.stopCond required",
        "join:{policy:'n'}                              | join.n required",
        "join:{policy:'specific'}                       | join.of required",
        "join:{policy:'specific',of:['b']}              | join.of[0] unknown_task",
        "join:{policy:'specific',of:['a']}              | join.of[0] not_incoming",
        "output:'{{secret.k}}'                          | output secret",
        "parameters:{v:{value:'x {{secret.k}}'}}        | parameters.v.value secret",
        "timeout:'1'                                    | timeout type",
        "isIgnore:1                                     | isIgnore type",
      })
  void shouldNameThePlaceOfAFault(String members, String expected) {
    assertThat(errors(Documents.process(task(members)))).contains("$.tasks[0]." + expected.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{{A.output > 100}}            | true",
        "{{A.output.a-b}}              | false",
        "{{A.output.#(age > 45)#.a}}   | false",
        "{% A.output > 100 %}          | false",
      })
  void shouldWarnOfAPathThatLooksLikeACalculation(String value, boolean warned) {
    List<Problem> warnings =
        Documents.format()
            .check(Documents.process(task("parameters:{v:{value:'" + value + "'}}")))
            .warnings();
    assertThat(warnings.stream().anyMatch(problem -> problem.code().equals("operator_in_path")))
        .isEqualTo(warned);
  }

  @Test
  void shouldRefuseUnknownStartAndEnd() {
    assertThat(errors(Documents.flow("A", "startTaskInstId:'x',endTaskInstId:'y',")))
        .containsExactlyInAnyOrder(
            "$.startTaskInstId unknown_task", "$.endTaskInstId unknown_task");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.b", "a b", "a/b", "a?b", "a#b", "a{b", "a%b", "a@b", "a|b", "a*b"})
  void shouldRefuseCharactersThatMeanSomethingInPaths(String id) {
    assertThat(errors(Documents.process("{instId:'" + id + "',template:'script'}")))
        .containsExactly("$.tasks[0].instId pattern");
  }

  @Test
  void shouldCheckOnlyTheStructureOfDrafts() {
    String tasks =
        "{instId:'a',template:'later',connections:['b'],errorHandler:{operation:'catch'}}";
    assertThat(errors(Documents.process(tasks, "status:'draft',"))).isEmpty();
    assertThat(errors(Documents.process(tasks, "status:'disabled',"))).hasSize(3);
    assertThat(errors(Documents.process(tasks, "status:'draft',timeout:-1,")))
        .containsExactly("$.timeout minimum");
  }

  @Test
  void shouldNotCheckRequiredValuesNorRawParameters() {
    assertThat(
            errors(
                Documents.process(
                    task(
                        "parameters:{code:{type:'string',value:'return \"{{\"',required:true},"
                            + "other:{value:'',default:'',required:true}}"))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A>B; B>A",
        "A>A",
        "S>A; A>B,D; B>C; C>A; D",
        "X>A,D; D; A>X",
      })
  void shouldRefuseCyclesThatCannotEnd(String flow) {
    assertThat(errors(Documents.flow(flow))).hasSize(1).first().asString().endsWith("endless_loop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{instId:'a',template:'interval',connections:['a']}",
        "{instId:'a',template:'script',connections:[{to:'a',when:'$index < 3'}]}",
        "{instId:'a',template:'script',connections:[{to:'a',on:'error'}]}",
        "{instId:'a',template:'condition',parameters:{true_branch:{value:'a'}}}",
        "{instId:'a',template:'condition',connections:['a'],"
            + "parameters:{false_branch:{value:'b'}}},{instId:'b',template:'end'}",
        "{instId:'a',template:'script',connections:[{to:'b',when:'true'},{to:'a',default:true}]},"
            + "{instId:'b',template:'end'}",
        "{instId:'a',template:'script',errorHandler:{catch:[{branch:'a'}]}}",
        "{instId:'a',template:'approval',parameters:{false_branch:{value:'a'}}}",
      })
  void shouldAcceptCyclesThatCanEnd(String tasks) {
    assertThat(errors(Documents.process(tasks))).isEmpty();
  }

  @Test
  void shouldRefuseCyclesOverTasksThatDoNotWaitBecauseTheyAreIgnored() {
    assertThat(
            errors(
                Documents.process(
                    "{instId:'a',template:'interval',isIgnore:true,connections:['a']}")))
        .containsExactly("$.tasks[0].connections[0] endless_loop");
  }

  @Test
  void shouldNameTheCycle() {
    assertThat(Documents.format().check(Documents.flow("S>A; A>B; B>A")).errors())
        .singleElement()
        .satisfies(problem -> assertThat(problem.path()).isEqualTo("$.tasks[2].connections[0]"))
        .satisfies(problem -> assertThat(problem.message()).contains("A → B → A"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "template:'approval'                                    | template",
        "template:'callback'                                    | template",
        "template:'interval',parameters:{interval:{value:11}}   | parameters.interval.value",
        "template:'script',compensate:'a'                       | compensate",
        "template:'script',errorHandler:{operation:'incident'}  | errorHandler.operation",
        "template:'script',errorHandler:{operation:'retry',retry:{count:1,then:'compensate'}}"
            + "| errorHandler.retry.then",
      })
  void shouldRefuseWhatAFastRunCannotDo(String members, String path) {
    String tasks = "{instId:'a'," + members + "},{instId:'b',template:'script'}";
    assertThat(errors(Documents.process(tasks, "engine:'fast',")))
        .containsExactly("$.tasks[0]." + path.strip() + " not_in_fast");
    assertThat(errors(Documents.process(tasks, "engine:'standard',"))).isEmpty();
  }

  @Test
  void shouldAcceptAFormThatStartsAFastRunOnly() {
    assertThat(
            errors(
                Documents.process(
                    "{instId:'a',template:'form',connections:['b']},{instId:'b',template:'form'}",
                    "engine:'fast',")))
        .containsExactly("$.tasks[1].template not_in_fast");
  }

  @Test
  void shouldAcceptShortIntervalsInFast() {
    assertThat(
            errors(
                Documents.process(
                    "{instId:'a',template:'interval',parameters:{interval:{value:10}}}",
                    "engine:'fast',")))
        .isEmpty();
  }

  @Test
  void shouldRefuseConditionalLoopsOverAsyncChildren() {
    String task =
        "{instId:'a',template:'sub-workflow',parameters:{operation:{value:'async'}},"
            + "loopHandler:{loopType:'while',while:'true'}}";
    assertThat(errors(Documents.process(task)))
        .containsExactly("$.tasks[0].loopHandler.loopType invalid_value");
    assertThat(errors(Documents.process(task.replace("async", "sync")))).isEmpty();
  }

  @Test
  void shouldWarnWithoutRefusing() {
    assertThat(warnings(Documents.process("{instId:'s',template:'manual'}," + task("timeout:1"))))
        .containsExactly("$.tasks[1] unreachable");
    assertThat(warnings(Documents.flow("A>B,C; B>D; C>D; D")))
        .containsExactly("$.tasks[0].connections unsynchronised");
    assertThat(warnings(Documents.flow("A>B,C; B>J; C>J; J"))).isEmpty();
    assertThat(warnings(Documents.flow("F>A,B; A>P,Q; P>J; Q>J; B>J; J"))).isEmpty();
    assertThat(warnings(Documents.process(task("errorHandler:{operation:'stop',retryCount:2}"))))
        .containsExactly("$.tasks[0].errorHandler.operation retry_ignored");
    assertThat(warnings(Documents.process(task("connections:[{to:'a',on:'approved'}]"))))
        .containsExactly("$.tasks[0].connections[0].to unknown_outcome");
  }

  @Test
  void shouldRefuseProcessesWithoutABeginning() {
    assertThat(errors(Documents.process("{instId:'a',template:'error-catch'}")))
        .containsExactly("$.startTaskInstId no_root");
  }

  @Test
  void shouldLimitTheNumberOfProblems() {
    String many = "{}" + ",{}".repeat(1_000);
    assertThat(Documents.format().check(Documents.process(many)).errors()).hasSize(300);
  }

  @Test
  void shouldSurviveAHostileNumber() {
    assertThat(errors(Documents.json("{name:'n',tasks:[],timeout:1e999999999}")))
        .containsExactly("$.timeout maximum");
    assertThat(errors(Documents.json("{name:'n',tasks:[],timeout:-1e999999999}")))
        .containsExactly("$.timeout minimum");
    assertThat(
            Documents.compile(Documents.json("{name:'n',tasks:[],timeout:1e-999999999}"))
                .settings()
                .timeoutMillis())
        .isEqualTo(1);
  }

  @Test
  void shouldSurviveALongChainAndADenseGraph() {
    int size = 2_000;
    StringBuilder chain = new StringBuilder("T0>T1");
    for (int i = 1; i < size; i++) {
      chain.append("; T").append(i).append(i + 1 < size ? ">T" + (i + 1) : "");
    }
    assertThat(errors(Documents.flow(chain.toString()))).isEmpty();
    StringBuilder dense = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      dense.append(i == 0 ? "" : "; ").append("J").append(i).append(i < 199 ? ">" : "");
      for (int j = i + 1; j < 200; j++) {
        dense.append(j == i + 1 ? "" : ",").append("J").append(j);
      }
    }
    assertThat(Documents.compile(Documents.flow(dense.toString())).nodes()).hasSize(200);
  }

  @Test
  void shouldNormalise() {
    Object document =
        Documents.json(
            "{x:1,id:'mine',name:'n',nodes:[{instId:'a',y:[null],template:'script',runtimes:[{}]}],"
                + "z:{id:'kept'}}");
    Map<?, ?> kept = (Map<?, ?>) Objects.requireNonNull(Documents.format().normalise(document));
    assertThat(kept)
        .isEqualTo(
            Documents.json(
                "{x:1,name:'n',tasks:[{instId:'a',y:[null],template:'script'}],z:{id:'kept'}}"));
    assertThat(kept.keySet().toString()).isEqualTo("[x, name, tasks, z]");
    assertThat(Documents.format().normalise("text")).isEqualTo("text");
  }

  @Test
  void shouldRefuseBoundsThatNoValueCanBeComparedWith() {
    assertThat(
            errors(
                Documents.json(
                    "{name:'p',tasks:[{instId:'a',name:'a',template:'script',"
                        + "parameters:{code:{value:'1'},p:{type:'string',pattern:'('}}}]}")))
        .singleElement()
        .asString()
        .contains("$.tasks[0].parameters.p")
        .contains("invalid_schema");
  }

  @Test
  void shouldNotLetAFastProcessWaitForAStandardOne() {
    String child = "child_workflow_id:{value:'proc-slow0001'}";
    assertThat(fastParent(child)).containsExactly("$.tasks[0].parameters.child_workflow_id.value");
    assertThat(fastParent(child + ",operation:{value:'async'}")).isEmpty();
    assertThat(fastParent("child_workflow_id:{value:'proc-fast0001'}")).isEmpty();
  }

  private static List<String> fastParent(String parameters) {
    Object document =
        Documents.json(
            "{name:'p',engine:'fast',tasks:[{instId:'s',name:'s',template:'sub-workflow',"
                + "parameters:{"
                + parameters
                + "}}]}");
    return Documents.format().check(document, "proc-slow0001"::equals).errors().stream()
        .map(problem -> problem.path())
        .toList();
  }

  private static String loop(String id, String body, String more) {
    return "{instId:'%s',template:'loop',loopHandler:{loopType:'for',times:2},%sparameters:{body:{value:'%s'}}},"
        .formatted(id, more, body);
  }

  private static String script(String id, String connections) {
    return "{instId:'%s',template:'script',connections:[%s]},".formatted(id, connections);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "loop        | $.tasks[0].parameters.body.value",
        "after       | $.tasks[0].connections[0]",
        "outside     | $.tasks[3].connections[0]",
        "caught      | $.tasks[3].errorHandler.exception_branch",
        "shared      | $.tasks[1].parameters.body.value",
        "each        | $.tasks[0].parameters.body.value",
        "start       | $.startTaskInstId",
        "error-catch | $.tasks[1]",
        "compensate  | $.tasks[1].compensate"
      })
  void shouldRefuseBodiesThatAreNotOnTheirOwn(String fault, String path) {
    String members = fault.equals("start") ? "startTaskInstId:'b'," : "";
    String tasks =
        switch (fault) {
          case "loop" -> loop("l", "b", "") + script("b", "'l'");
          case "after" ->
              loop("l", "b", "connections:['z'],") + script("b", "'z'") + script("z", "");
          case "outside" ->
              loop("l", "b", "") + script("b", "'c'") + script("c", "") + script("o", "'c'");
          case "caught" ->
              loop("l", "b", "")
                  + script("b", "'c'")
                  + script("c", "")
                  + "{instId:'o',template:'script',errorHandler:{operation:'catch',exception_branch:'c'}},";
          case "shared" -> loop("l", "b", "") + loop("m", "b", "") + script("b", "");
          case "each" -> loop("l", "m", "") + loop("m", "l", "");
          case "error-catch" -> loop("l", "b", "") + "{instId:'b',template:'error-catch'},";
          case "compensate" ->
              loop("l", "b", "")
                  + "{instId:'b',template:'script',compensate:'m'},"
                  + loop("m", "c", "")
                  + script("c", "");
          default -> loop("l", "b", "") + script("b", "");
        };
    assertThat(errors(Documents.process(tasks.substring(0, tasks.length() - 1), members)))
        .contains(path + " body");
  }

  @Test
  void shouldAskForTheBodyAndTheRoundsOfALoop() {
    assertThat(errors(Documents.process("{instId:'l',template:'loop'}")))
        .containsExactlyInAnyOrder(
            "$.tasks[0].loopHandler.loopType required", "$.tasks[0].parameters.body required");
    assertThat(
            errors(
                Documents.process(
                    "{instId:'l',template:'loop',loopHandler:{loopType:'for',times:2},"
                        + "parameters:{body:{value:'none'}}}")))
        .containsExactly("$.tasks[0].parameters.body.value unknown_task");
  }

  @Test
  void shouldNotTakeALoopForAWaitUnlessSomethingInItsBodyWaits() {
    String cycle = loop("l", "b", "connections:['l'],");
    assertThat(errors(Documents.process(cycle + "{instId:'b',template:'script'}")))
        .containsExactly("$.tasks[0].connections[0] endless_loop");
    assertThat(errors(Documents.process(cycle + "{instId:'b',template:'interval'}"))).isEmpty();
  }
}
