package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.transport.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Configurations of nodes and triggers with values of the wrong types: refused with a reason when
 * they are saved, or run to an end or a wait; never a 5xx.
 */
class BadConfigTest {
  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void open() {
    server = new TestServer(directory);
    server.collection("posts", "title", "string", "read", "integer", "due", "date");
    server.post("/api/posts:create", Map.of("title", "t"));
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static List<@Nullable Object> values() {
    List<@Nullable Object> values = new ArrayList<>();
    for (String json :
        List.of(
            "null",
            "true",
            "5",
            "-1",
            "1.5",
            "1e400",
            "\"\"",
            "\"x\"",
            "[]",
            "[null,[1],{\"a\":1}]",
            "{}",
            "{\"a\":{\"b\":[1]}}",
            "{\"__proto__\":{\"x\":1}}",
            "\"{{$context.nosuch.deep}}\"",
            "\"{{$jobsMapByNodeKey.__proto__}}\"",
            "\"'; DROP TABLE users; --\"")) {
      values.add(Json.parse(json));
    }
    return values;
  }

  private static Map<String, @Nullable Object> with(
      String good, String member, @Nullable Object value) {
    Map<String, @Nullable Object> config = new LinkedHashMap<>();
    if (Json.parse(good) instanceof Map<?, ?> map) {
      map.forEach((name, one) -> config.put(String.valueOf(name), one));
    }
    config.put(member, value);
    return config;
  }

  private static void requireNo5xx(Reply reply, String what) {
    assertThat(reply.status()).as("%s: %s", what, reply.text()).isLessThan(500);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          aggregate             | {"aggregator":"count","collection":"posts","params":{"field":"id"}} | aggregator,collection,params,associated,association,precision
          calculation           | {"engine":"math.js","expression":"1"} | engine,expression
          cc                    | {"users":[1],"title":"t"} | users,title
          condition             | {"rejectOnFalse":false} | rejectOnFalse,engine,calculation,expression
          create                | {"collection":"posts","params":{"values":{}}} | collection,params,usingAssignFormSchema
          dateCalculation       | {"steps":[]} | inputType,input,steps
          delay                 | {"duration":1,"unit":86400000,"endStatus":1} | duration,unit,endStatus
          destroy               | {"collection":"posts","params":{"filter":{"id":0}}} | collection,params
          dynamic-calculation   | {"expression":"x","scope":"y"} | expression,scope
          end                   | {"endStatus":1} | endStatus
          json-query            | {"engine":"jmespath","source":{},"expression":"a"} | engine,source,expression,model
          json-variable-mapping | {"dataSource":{},"variables":[{"key":"k","path":"a"}]} | dataSource,variables,parseArray
          loop                  | {"target":1} | target,condition,exit,startIndex
          mailer                | {"from":"a@b.c","to":["a@b.c"],"subject":"s"} | provider,from,to,cc,bcc,subject,contentType,html,text,attachments,ignoreFail
          manual                | {"assignees":[1]} | assignees,mode,title,forms,schema
          multi-conditions      | {"conditions":[]} | conditions,continueOnNoMatch
          notification          | {} | channelName,ignoreFail,message,receivers
          output                | {"value":1} | value
          parallel              | {} | mode
          query                 | {"collection":"posts"} | collection,multiple,failOnEmpty,params
          request               | {"url":"http://127.0.0.1:1/"} | url,method,contentType,headers,params,data,timeout,ignoreFail,onlyData
          response              | {"statusCode":200} | statusCode,headers,body
          response-message      | {"message":"m"} | message
          script                | {"content":"return 1;"} | content,timeout,continue,arguments
          sql                   | {"sql":"SELECT 1"} | dataSource,sql,withMeta,unsafeInjection,variables
          subflow               | {"workflow":"nosuch"} | workflow,context
          transaction           | {} | dataSource,continueAfterRollback
          update                | {"collection":"posts","params":{"filter":{"id":0},"values":{}}} | collection,params
          variable              | {"target":null,"value":1} | target,value
          """)
  void shouldTakeNodesOfAnyConfigurationOrSayWhyNot(String type, String good, String members) {
    List<@Nullable Object> values = values();
    for (String member : members.split(",", -1)) {
      for (Object value : values) {
        Map<String, @Nullable Object> config = with(good, member, value);
        tried(type, config);
      }
    }
    for (Object value : values) {
      if (!(value instanceof Map<?, ?>)) {
        Map<String, @Nullable Object> node = new LinkedHashMap<>();
        node.put("type", type);
        node.put("config", value);
        long workflow = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
        requireNo5xx(
            server.post("/api/workflows/" + workflow + "/nodes:create", node), type + " " + value);
      }
    }
    assertThat(server.get("/api/posts:list").number("meta.count")).isPositive();
    assertThat(server.get("/api/users:list").number("meta.count")).isEqualTo(1);
  }

  private static void tried(String type, Map<String, @Nullable Object> config) {
    String what = type + " " + config;
    requireNo5xx(server.post("/api/flow_nodes:test", Map.of("type", type, "config", config)), what);
    long workflow = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    Map<String, @Nullable Object> node = new LinkedHashMap<>();
    node.put("type", type);
    node.put("config", config);
    Reply made = server.post("/api/workflows/" + workflow + "/nodes:create", node);
    requireNo5xx(made, what);
    if (made.status() != 200) {
      assertThat(made.status()).as(what).isEqualTo(400);
      assertThat(made.error()).as(what).isNotBlank();
      return;
    }
    Reply ran = server.post("/api/workflows:execute?filterByTk=" + workflow, Map.of());
    assertThat(ran.status()).as("%s: %s", what, ran.text()).isEqualTo(200);
    assertThat(ran.at("data.execution")).as("%s: %s", what, ran.text()).isNotNull();
    assertThat(Arrays.asList(0L, 1L, -1L, -2L, -3L))
        .as("%s: %s", what, ran.text())
        .contains((Long) ran.at("data.execution.status"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          collection           | {"collection":"posts","mode":1} | collection,mode,changed,condition,appends,rollbackOnFailure
          schedule             | {"mode":0,"startsOn":"2030-01-01T00:00:00Z"} | mode,startsOn,repeat,endsOn,limit,collection,appends
          action               | {"collection":"posts"} | collection,global,actions,appends
          custom-action        | {"type":1,"collection":"posts"} | type,collection,appends
          request-interception | {"collection":"posts","global":true,"actions":["create"]} | collection,global,actions
          webhook              | {} | basicAuth,response,headers,query,body
          """)
  void shouldTakeTriggersOfAnyConfigurationOrSayWhyNot(String type, String good, String members) {
    for (String member : members.split(",", -1)) {
      for (Object value : values()) {
        Map<String, @Nullable Object> config = with(good, member, value);
        String what = type + " " + config;
        Reply made =
            server.post(
                "/api/workflows:create",
                Map.of("type", type, "enabled", true, "sync", true, "config", config));
        requireNo5xx(made, what);
        if (made.status() == 200) {
          long id = made.number("data.id");
          requireNo5xx(
              server.post("/api/posts:create?triggerWorkflows=" + made.at("data.key"), Map.of()),
              what);
          requireNo5xx(server.post("/api/posts:update?filterByTk=1", Map.of("read", 1)), what);
          requireNo5xx(
              server.post(
                  "/api/workflows:execute?filterByTk=" + id, Map.of("data", 1, "userId", 1)),
              what);
          server.post("/api/workflows:destroy?filterByTk=" + id, null);
        }
      }
    }
  }
}
