package dev.millrace.format.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.expression.JsonText;
import dev.millrace.format.nocobase.node.JobStatus;
import dev.millrace.format.nocobase.pure.ConfigChecks;
import dev.millrace.format.nocobase.pure.Languages;
import dev.millrace.format.nocobase.pure.NodeTests;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages observed when nodes are saved, and test runs of single nodes. */
class ConfigChecksTest {
  private static final Instant NOW = Instant.parse("2026-11-21T09:45:55Z");

  private final NodeTests tests = new NodeTests(new Languages());

  @Test
  void shouldRefuseInTheWordsObserved() {
    assertThat(ConfigChecks.check("condition", Map.of()))
        .containsExactly("\"rejectOnFalse\" is required");
    assertThat(ConfigChecks.check("condition", Map.of("rejectOnFalse", "x")))
        .containsExactly("\"rejectOnFalse\" must be a boolean");
    assertThat(ConfigChecks.check("condition", Map.of("rejectOnFalse", true, "expression", "")))
        .containsExactly("\"expression\" is not allowed to be empty");
    assertThat(ConfigChecks.check("loop", Map.of("exit", 7L)))
        .containsExactly("\"exit\" must be one of [0, 1, 2]");
    assertThat(ConfigChecks.check("delay", Map.of("duration", 0L, "unit", 5L, "endStatus", 0L)))
        .containsExactly(
            "\"duration\" must be greater than or equal to 1",
            "\"endStatus\" must be one of [1, -1]",
            "\"unit\" must be one of [1000, 60000, 3600000, 86400000, 604800000]");
    assertThat(ConfigChecks.check("end", Map.of("endStatus", 2L)))
        .containsExactly("\"endStatus\" must be one of [1, -1]");
    assertThat(ConfigChecks.check("parallel", Map.of("mode", "some")))
        .containsExactly("\"mode\" must be one of [all, any, race, allSettled]");
    assertThat(
            ConfigChecks.check(
                "multi-conditions", Map.of("conditions", List.of(Map.of("expression", "")))))
        .containsExactly("\"conditions[0].expression\" is not allowed to be empty");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "request | {'method':'HEAD'} | 'method' must be one of [GET, POST, PUT, PATCH, DELETE]",
        "request | {'timeout':0} | 'timeout' must be a positive number",
        "request | {'timeout':1.5} | 'timeout' must be an integer",
        "request | {'data':5} | 'data' must be one of [object, array, string]",
        "request | {'headers':[{'name':5}]} | 'headers[0].name' must be a string",
        "request | {'ignoreFail':'x'} | 'ignoreFail' must be a boolean",
        "script | {'arguments':[{}]} | 'arguments[0].name' is required",
        "sql | {'variables':[{'name':''}]} | 'variables[0].name' is not allowed to be empty",
        "sql | {'withMeta':null} | 'withMeta' must be a boolean",
        "mailer | {'to':'a@b.c'} | 'to' must be an array",
        "mailer | {'provider':{'port':70000}} | 'provider.port' must be a valid port",
        "mailer | {'contentType':'md'} | 'contentType' must be one of [html, text]",
        "aggregate | {'aggregator':'median'} | 'aggregator' must be one of [count, sum, avg, min, max]",
        "aggregate | {'params':{}} | 'params.field' is required",
        "aggregate | {'precision':15} | 'precision' must be less than or equal to 14",
        "aggregate | {'association':{}} | 'association' is not allowed",
        "aggregate | {'associated':true,'association':{'name':'x','associatedKey':'1'}} | 'association.associatedCollection' is required",
        "query | {} | Collection is not configured",
        "query | {'collection':''} | 'collection' is not allowed to be empty",
        "query | {'collection':'a','params':{'page':true}} | 'params.page' must be one of [number, string]",
        "update | {'collection':'a','params':{'filter':[]}} | 'params.filter' must be of type object",
        "create | {'collection':'a','params':{'appends':[1]}} | 'params.appends[0]' must be a string",
        "loop | {'target':true} | 'target' must be one of [number, array, string]",
        "loop | {'condition':true} | 'condition' must be one of [object, false]",
        "loop | {'condition':{'checkpoint':2}} | 'condition.checkpoint' must be one of [0, 1]",
        "delay | {'duration':null} | 'duration' must be one of [number, string]",
        "dateCalculation | {'inputType':'text'} | 'inputType' must be one of [date, number]",
        "response-message | {'message':5} | 'message' must be a string",
        "notification | {'channelName':5} | 'channelName' must be a string",
      })
  void shouldRefuseWhatNodesCannotWorkWith(String type, String config, String message) {
    assertThat(ConfigChecks.check(type, json(config))).containsExactly(message.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "delay | {'duration':'{{$context.data.wait}}','unit':60000}",
        "loop | {'target':null}",
        "loop | {'target':'{{$context.data.items}}','condition':{'engine':'math.js','expression':'1'}}",
        "multi-conditions | {'conditions':[{'engine':'basic','calculation':[]}]}",
        "request | {'timeout':'500','onlyData':'TRUE','data':[{'name':'a','value':1}]}",
        "mailer | {'provider':{'port':'{{$env.PORT}}','secure':'{{$env.SECURE}}'}}",
        "aggregate | {'associated':false,'association':null,'params':{'field':'id','filter':null}}",
        "query | {'collection':'a','params':{'page':'{{$context.data.page}}','sort':[{'field':'id'}]}}",
      })
  void shouldAcceptVariablesInPlaceOfValues(String type, String config) {
    assertThat(ConfigChecks.check(type, json(config))).isEmpty();
  }

  private static Map<?, ?> json(String text) {
    return JsonText.read(text.replace('\'', '"')) instanceof Map<?, ?> map ? map : Map.of();
  }

  @Test
  void shouldAcceptTheRest() {
    assertThat(ConfigChecks.check("delay", Map.of("duration", "5", "other", 1L))).isEmpty();
    assertThat(ConfigChecks.check("loop", Map.of("condition", false))).isEmpty();
    assertThat(ConfigChecks.check("variable", Collections.singletonMap("target", null))).isEmpty();
    assertThat(ConfigChecks.check("calculation", Map.of("expression", ""))).isEmpty();
    assertThat(ConfigChecks.check("nosuch", Map.of("a", 1L))).isEmpty();
  }

  @Test
  void shouldTrySingleNodes() {
    assertThat(tests.test("calculation", Map.of("expression", "1+1"), NOW))
        .hasValueSatisfying(job -> {
          assertThat(job.status()).isEqualTo(JobStatus.RESOLVED);
          assertThat(job.result()).isEqualTo(2L);
        });
    assertThat(tests.test("calculation", Map.of("expression", "1+"), NOW))
        .hasValueSatisfying(job -> {
          assertThat(job.status()).isEqualTo(JobStatus.ERROR);
          assertThat(job.result()).isEqualTo("SyntaxError: Unexpected end of expression (char 3)");
        });
    assertThat(
            tests.test(
                "condition",
                Map.of("rejectOnFalse", true, "engine", "math.js", "expression", "1 > 2"),
                NOW))
        .hasValueSatisfying(job -> {
          assertThat(job.status()).isEqualTo(JobStatus.RESOLVED);
          assertThat(job.result()).isEqualTo(false);
        });
    assertThat(tests.test("json-query", Map.of("source", Map.of("a", 1L), "expression", "a["), NOW))
        .hasValueSatisfying(job -> {
          assertThat(job.result()).isNull();
          assertThat(job.log()).startsWith("name: ParserError\nmessage: ");
        });
    assertThat(tests.test("dateCalculation", Map.of("steps", List.of()), NOW))
        .hasValueSatisfying(job -> assertThat(job.result()).isEqualTo("2026-11-21T09:45:55.000Z"));
    assertThat(tests.test("output", Map.of(), NOW)).isEmpty();
  }
}
