package dev.millrace.dialect.process.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.ErrorPolicy;
import dev.millrace.engine.graph.ErrorPolicy.Backoff;
import dev.millrace.engine.graph.ErrorPolicy.Catch;
import dev.millrace.engine.graph.ErrorPolicy.Jitter;
import dev.millrace.engine.graph.ErrorPolicy.Operation;
import dev.millrace.engine.graph.ErrorPolicy.Retry;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.JoinPolicy;
import dev.millrace.engine.graph.LoopPolicy;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.Node.Parameter;
import dev.millrace.engine.graph.Node.Split;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CompileTest {
  private static final String HANDLER = "{instId:'h',template:'script'}";

  private static Node task(String members) {
    return Documents.compile(Documents.process("{instId:'a'," + members + "}," + HANDLER))
        .node("a");
  }

  private static ErrorPolicy errors(String handler) {
    return task("template:'http',errorHandler:" + handler).policies().errors();
  }

  private static LoopPolicy loop(String handler) {
    return Objects.requireNonNull(task("template:'http',loopHandler:" + handler).policies().loop());
  }

  private static List<String> roots(String flow) {
    return Documents.compile(Documents.flow(flow)).roots();
  }

  @Test
  void shouldStartAtTasksWithoutIncomingEdges() {
    assertThat(roots("A>C; B>C; C")).containsExactly("A", "B");
    assertThat(roots("C; A>C")).containsExactly("A");
    assertThat(Documents.compile(Documents.process("")).roots()).isEmpty();
  }

  @Test
  void shouldNotCountBackEdgesForRoots() {
    assertThat(roots("A>W; W>A,B; B")).containsExactly("A");
    assertThat(roots("W>W")).containsExactly("W");
  }

  @Test
  void shouldPreferStartTemplates() {
    String tasks =
        "{instId:'o',template:'script'},{instId:'s',template:'start',connections:['f']},"
            + "{instId:'c',template:'crontab',connections:['f']},{instId:'f',template:'form'}";
    assertThat(Documents.compile(Documents.process(tasks)).roots()).containsExactly("s", "c");
    assertThat(Documents.compile(Documents.process(tasks, "startTaskInstId:'f',")).roots())
        .containsExactly("f");
    String sentBack =
        "{instId:'f',template:'form',connections:['p']},"
            + "{instId:'p',template:'approval',parameters:{false_branch:{value:'f'}}},"
            + "{instId:'o',template:'script'}";
    assertThat(Documents.compile(Documents.process(sentBack)).roots()).containsExactly("f");
  }

  @Test
  void shouldNotStartAtHandlers() {
    Graph graph =
        Documents.compile(
            Documents.process(
                "{instId:'u',template:'script'},"
                    + "{instId:'a',template:'script',compensate:'u',"
                    + "errorHandler:{operation:'catch',exception_branch:'x'}},"
                    + "{instId:'x',template:'script'},"
                    + "{instId:'p',template:'script'},"
                    + "{instId:'e',template:'error-catch',connections:['n']},"
                    + "{instId:'n',template:'mail'}",
                "extension:{errorHandler:{operation:'catch',exception_branch:'p'}},"));
    assertThat(graph.roots()).containsExactly("a");
    assertThat(graph.settings().errorNode()).isEqualTo("e");
    assertThat(graph.node("a").policies().compensate()).isEqualTo("u");
    assertThat(graph.settings().rules().errors().catches())
        .containsExactly(new Catch(List.of(), null, "p"));
  }

  @Test
  void shouldReadTheBodiesOfLoops() {
    String rounds = "loopHandler:{loopType:'for',times:2}";
    Graph graph =
        Documents.compile(
            Documents.process(
                "{instId:'b',template:'script',connections:['c']},"
                    + "{instId:'c',template:'script',connections:['i']},"
                    + "{instId:'l',template:'loop',connections:['z'],"
                    + rounds
                    + ",parameters:{body:{value:'b'}}},"
                    + "{instId:'d',template:'script'},"
                    + "{instId:'i',template:'loop',"
                    + rounds
                    + ",parameters:{body:{value:'d'}}},"
                    + "{instId:'z',template:'script'}"));
    assertThat(graph.roots()).containsExactly("l");
    assertThat(graph.node("l").bodies()).isEqualTo(Map.of("body", "b"));
    assertThat(graph.node("z").bodies()).isEmpty();
    assertThat(graph.openers()).isEqualTo(Map.of("b", "l", "c", "l", "i", "l", "d", "i"));
  }

  @Test
  void shouldReadEdges() {
    Node node =
        task(
            "template:'http',connections:['h',{to:'h',on:'always'},"
                + "{to:'h',when:'$input.x',label:'l'},{to:'h',default:true}],"
                + "parameters:{timeout_branch:{value:'h'},true_branch:{value:'h'}}");
    assertThat(node.edges())
        .containsExactly(
            Edge.to("h"),
            Edge.on("always", "h"),
            new Edge("h", "", "$input.x", false),
            new Edge("h", "", null, true),
            Edge.on("timeout", "h"));
    assertThat(node.split()).isEqualTo(Split.OR);
  }

  @Test
  void shouldReadBranchParametersByTemplate() {
    String branches =
        "parameters:{true_branch:{value:'h'},false_branch:{value:'',default:'h'},"
            + "timeout_branch:{value:'h'}}";
    assertThat(task("template:'approval'," + branches).edges())
        .extracting(Edge::on)
        .containsExactly("approved", "rejected", "timeout");
    Node condition = task("template:'condition'," + branches);
    assertThat(condition.edges()).extracting(Edge::on).containsExactly("true", "false", "timeout");
    assertThat(condition.split()).isEqualTo(Split.XOR);
    assertThat(task("template:'condition',split:'and'").split()).isEqualTo(Split.AND);
  }

  @Test
  void shouldReadParameters() {
    assertThat(
            task("template:'async-api',parameters:{a:{type:'string',value:'x',default:'y',"
                    + "required:true,secret:true,z:1},b:{type:'integer',value:'',default:7},"
                    + "c:{value:null},value:{value:0,default:3},d:{value:[],default:[1]}}")
                .parameters())
        .isEqualTo(
            Map.of(
                "a", new Parameter("string", "x", true, true, Map.of(), null, "y"),
                "b", new Parameter("integer", 7L, false, false, Map.of(), null, 7L),
                "c", new Parameter("", null, false, false, Map.of()),
                "value", new Parameter("integer", 0L, false, false, Map.of(), null, 3L),
                "d", new Parameter("", List.of(), false, false, Map.of(), null, List.of(1L))));
    assertThat(task("template:'async-api'").type()).isEqualTo("webhook");
  }

  @Test
  void shouldReadTheThreeSpellingsOfRetry() {
    Retry legacy = new Retry(3, 1500, Backoff.FIXED, 2, 0, Jitter.NONE, 0, List.of(), List.of());
    assertThat(errors("{operation:'retry',retryCount:3,retryInterval:1.5}"))
        .isEqualTo(new ErrorPolicy(Operation.STOP, legacy, List.of(), null));
    assertThat(errors("{operation:'retry',retry:{count:3,period:1.5},catch:{branch:'h'}}"))
        .isEqualTo(new ErrorPolicy(Operation.STOP, legacy, List.of(), null));
    assertThat(
            errors(
                "{operation:'retry',retry:{count:5,interval:1,backoff:'exponential',rate:3,"
                    + "maxInterval:3,jitter:'full',maxElapsed:60,on:['http.5*'],notOn:['io'],"
                    + "then:'catch'},catch:[{on:['x'],when:'true',branch:'h'},{branch:'h'}]}"))
        .isEqualTo(
            new ErrorPolicy(
                Operation.CATCH,
                new Retry(
                    5,
                    1000,
                    Backoff.EXPONENTIAL,
                    3,
                    3000,
                    Jitter.FULL,
                    60_000,
                    List.of("http.5*"),
                    List.of("io")),
                List.of(new Catch(List.of("x"), "true", "h"), new Catch(List.of(), null, "h")),
                null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                 | STOP       | 0",
        "{operation:'',retryCount:0}                        | STOP       | 0",
        "{operation:'stop',exception_branch:'h'}            | STOP       | 0",
        "{operation:'ignore',retryCount:4}                  | IGNORE     | 0",
        "{operation:'catch',exception_branch:'h'}           | CATCH      | 1",
        "{operation:'catch',exceptionBranch:'h'}            | CATCH      | 1",
        "{operation:'catch',catch:{branch:'h'}}             | CATCH      | 1",
        "{catch:[{branch:'h'}]}                             | STOP       | 1",
        "{operation:'terminate',catch:[{branch:'h'}]}       | TERMINATE  | 1",
        "{operation:'throw',catch:[{branch:'h'}]}           | THROW      | 0",
        "{operation:'throwException',exceptionBranch:'h'}   | THROW      | 0",
        "{operation:'compensate'}                           | COMPENSATE | 0",
        "{operation:'incident'}                             | INCIDENT   | 0",
      })
  void shouldReadOperations(String handler, Operation operation, int catches) {
    ErrorPolicy policy = errors(handler);
    assertThat(policy.operation()).isEqualTo(operation);
    assertThat(policy.catches()).hasSize(catches);
    assertThat(policy.retry()).isNull();
  }

  @Test
  void shouldKeepTheValueOfAnIgnoredError() {
    assertThat(errors("{operation:'ignore',value:{x:1}}").value()).isEqualTo(Map.of("x", 1L));
  }

  @Test
  void shouldReadLoops() {
    assertThat(task("template:'http',loopHandler:{}").policies().loop()).isNull();
    assertThat(task("template:'http',loopHandler:{loopType:'',maxIteration:3}").policies().loop())
        .isNull();
    assertThat(loop("{loopType:'for',maxIteration:3}"))
        .isEqualTo(
            new LoopPolicy(
                LoopPolicy.Kind.FOR,
                null,
                null,
                null,
                false,
                3,
                1,
                LoopPolicy.ItemError.STOP,
                null,
                null,
                0));
    assertThat(loop("{loopType:'for',times:5000}").maxIteration()).isEqualTo(1_000_000);
    assertThat(loop("{loopType:'for',times:'{{input.n}}'}").times()).isEqualTo("{{input.n}}");
    assertThat(
            loop(
                "{loopType:'forEach',items:[1],concurrency:0,onItemError:'break',"
                    + "completion:'$done > 1',collect:'{{x}}',keepLast:2}"))
        .isEqualTo(
            new LoopPolicy(
                LoopPolicy.Kind.FOR_EACH,
                null,
                List.of(1L),
                null,
                false,
                1_000_000,
                0,
                LoopPolicy.ItemError.BREAK,
                "$done > 1",
                "{{x}}",
                2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{loopType:'while',while:'w'}                                | WHILE    | w | false",
        "{loopType:'while',until:'u',while:'w'}                      | WHILE    | w | false",
        "{loopType:'do_while',while:'w'}                             | DO_WHILE | w | false",
        "{loopType:'until',until:'u',while:'w'}                      | DO_WHILE | u | true",
        "{loopType:'do...while',stopCond:{operation:'equal'},while:'w'}"
            + "| DO_WHILE | {operation=equal} | true",
        "{loopType:'do...while',stopCond:{operation:''},while:'w'}   | DO_WHILE | w | false",
        "{loopType:'while',stopCond:{operation:'equal'}}" + "| WHILE    | {operation=equal} | true",
      })
  void shouldReadLoopConditions(
      String handler, LoopPolicy.Kind kind, String condition, boolean stopWhenTrue) {
    LoopPolicy loop = loop(handler);
    assertThat(loop.kind()).isEqualTo(kind);
    assertThat(loop.condition()).hasToString(condition);
    assertThat(loop.stopWhenTrue()).isEqualTo(stopWhenTrue);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "template:'aggregation'                                        | ALL      | 0",
        "template:'join',parameters:{relation:{value:'all'}}           | ALL      | 0",
        "template:'join',parameters:{relation:{value:'any'}}           | COUNT    | 1",
        "template:'join',parameters:{relation:{value:'',default:'anyone'}} | COUNT | 1",
        "template:'script',join:{policy:'n',n:2}                       | COUNT    | 2",
        "template:'join',parameters:{relation:{value:'specific'},prev_instid_list:{value:['h']}}"
            + "| SPECIFIC | 0",
        "template:'join',join:{policy:'any'},parameters:{relation:{value:'all'}} | COUNT | 1",
      })
  void shouldReadJoins(String members, JoinPolicy.Kind kind, int count) {
    Graph graph =
        Documents.compile(
            Documents.process(
                "{instId:'h',template:'script',connections:['a']},"
                    + "{instId:'g',template:'script',connections:['a']},{instId:'a',"
                    + members
                    + "}"));
    JoinPolicy join = Objects.requireNonNull(graph.node("a").policies().join());
    assertThat(join.kind()).isEqualTo(kind);
    assertThat(join.count()).isEqualTo(count);
    assertThat(join.of()).isEqualTo(kind == JoinPolicy.Kind.SPECIFIC ? List.of("h") : List.of());
  }

  @Test
  void shouldReadJoinOptions() {
    JoinPolicy join =
        Objects.requireNonNull(
            task("template:'script',join:{strict:true,rest:'cancel',merge:'shallow',timeout:2}")
                .policies()
                .join());
    assertThat(join.strict()).isTrue();
    assertThat(join.cancelRest()).isTrue();
    assertThat(join.merge()).isEqualTo(JoinPolicy.Merge.SHALLOW);
    assertThat(join.timeoutMillis()).isEqualTo(2000);
    assertThat(task("template:'script',join:{}").policies().join()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "timeout:0, 0",
    "timeout:0.25, 250",
    "timeout:1.1, 1100",
    "'timeout:0,parameters:{timeout:{value:60}}', 60000",
    "'timeout:5,parameters:{timeout:{value:60}}', 5000",
    "'parameters:{timeout:{value:\"{{input.x}}\"}}', 0",
  })
  void shouldReadTimeoutsInSeconds(String members, long millis) {
    assertThat(task("template:'callback'," + members).policies().timeoutMillis()).isEqualTo(millis);
  }

  @ParameterizedTest
  @CsvSource({
    "fast, 0, 10000",
    "fast, 0.5, 500",
    "fast, 301, 300000",
    "standard, 0, 0",
    "standard, 301, 301000",
    "'', 0, 0",
  })
  void shouldBoundFastRuns(String engine, String timeout, long millis) {
    Graph graph =
        Documents.compile(
            Documents.process("", "engine:'" + engine + "',timeout:" + timeout + ","));
    assertThat(graph.settings().timeoutMillis()).isEqualTo(millis);
    assertThat(graph.settings().fast()).isEqualTo(engine.equals("fast"));
  }

  @Test
  void shouldReadSettings() {
    Graph graph =
        Documents.compile(
            Documents.flow(
                "A>B; B",
                "creator:'u',endTaskInstId:'A',output:{r:'{{A.output}}'},"
                    + "outputDataSchema:{r:{type:'string'}},"
                    + "extension:{siblingsOnError:'finish',maxVisits:5,loopLimit:'error'},"));
    assertThat(graph.settings())
        .isEqualTo(
            new Graph.Settings(
                "n",
                "u",
                false,
                0,
                "A",
                "",
                Documents.json("{r:{type:'string'}}"),
                Map.of("r", "{{A.output}}"),
                new Graph.Rules(ErrorPolicy.STOP, true, 5, true)));
    Graph.Settings plain =
        Documents.compile(Documents.flow("A", "outputDataSchema:{},")).settings();
    assertThat(plain.outputSchema()).isNull();
    assertThat(plain.rules()).isEqualTo(Graph.Rules.DEFAULT);
  }

  @Test
  void shouldReadTheRestOfATask() {
    Node node =
        task(
            "template:'http',name:'N',isIgnore:true,output:'{{$result}}',pinned:{output:null}"
                .replace("{{$result}}", "{% $result %}"));
    assertThat(node.name()).isEqualTo("N");
    assertThat(node.policies().ignored()).isTrue();
    assertThat(node.policies().output()).isEqualTo("{% $result %}");
    assertThat(node.policies().pinned()).isEqualTo(new Node.Pinned(null));
    assertThat(task("template:'http',pinned:{}").policies()).isEqualTo(Node.Policies.DEFAULT);
  }

  @Test
  void shouldNotCompileWhatHoldsNoGraph() {
    assertThatThrownBy(() ->
            Documents.format()
                .compile(Documents.REF, Documents.process("{instId:'a',template:'x'}")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("$.tasks[0].template");
    assertThatThrownBy(() -> Documents.format().compile(Documents.REF, "text"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldKeepTheOrderOfTheDocument() {
    assertThat(Documents.compile(Documents.flow("C; A>C; B>C")).nodes().keySet())
        .containsExactly("C", "A", "B");
  }
}
