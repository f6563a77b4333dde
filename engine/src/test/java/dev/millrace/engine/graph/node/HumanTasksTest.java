package dev.millrace.engine.graph.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.HumanTask;
import dev.millrace.engine.HumanTaskSpec;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Approvals and forms. */
class HumanTasksTest {

  private static Wait.ForPeople people(Step step) {
    assertThat(step).isInstanceOf(Step.Waiting.class);
    return (Wait.ForPeople) ((Step.Waiting) step).waitsFor();
  }

  private static String failure(Step step) {
    assertThat(step).isInstanceOf(Step.Failed.class);
    assertThat(((Step.Failed) step).failure().type()).isEqualTo("constraint");
    return ((Step.Failed) step).failure().message();
  }

  @Test
  void shouldOpenOneWorkItemPerMemberInOrder() {
    Wait.ForPeople people =
        people(TestNodeContext.of(Map.of("members", List.of("u2", "u1", "u2"))).enter("approval"));
    assertThat(people.tasks().keySet()).containsExactly("inst-1", "inst-2");
    assertThat(people.tasks().get("inst-1"))
        .isEqualTo(
            new HumanTask(
                "inst-1", "u2", HumanTask.State.ALLOCATED, "", null, TestNodeContext.NOW));
    assertThat(people.tasks().values()).extracting(HumanTask::user).containsExactly("u2", "u1");
  }

  @Test
  void shouldFillInWhatAnApprovalLeavesOut() {
    assertThat(people(TestNodeContext.of(Map.of("members", "u1")).enter("approval")).spec())
        .isEqualTo(new HumanTaskSpec(HumanTaskSpec.Rule.ALL, "Node one", "", null, "同意", "驳回"));
  }

  @Test
  void shouldTakeBothSpellingsOfTheButtons() {
    Map<String, Object> book =
        Map.of("members", "u1", "aggree_btn", "Yes", "disaggree_btn", "No", "title", "T");
    Map<String, Object> plain =
        Map.of("members", "u1", "agree_btn", "Yes", "disagree_btn", "No", "title", "T");
    HumanTaskSpec expected = new HumanTaskSpec(HumanTaskSpec.Rule.ALL, "T", "", null, "Yes", "No");
    assertThat(people(TestNodeContext.of(book).enter("approval")).spec()).isEqualTo(expected);
    assertThat(people(TestNodeContext.of(plain).enter("approval")).spec()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"会签,ALL", "all,ALL", "或签,ANY", "ANY,ANY"})
  void shouldKnowTheRules(String attr, HumanTaskSpec.Rule rule) {
    Map<String, Object> parameters = Map.of("members", List.of("u1"), "attr", attr);
    assertThat(people(TestNodeContext.of(parameters).enter("approval")).spec().rule())
        .isEqualTo(rule);
  }

  @Test
  void shouldRefuseOtherRules() {
    Map<String, Object> parameters = Map.of("members", List.of("u1"), "attr", "票签");
    assertThat(failure(TestNodeContext.of(parameters).enter("approval")))
        .isEqualTo("parameter attr: not available yet: expected 会签/all or 或签/any, found 票签");
  }

  @Test
  void shouldFailWithoutMembers() {
    assertThat(failure(new TestNodeContext().enter("approval"))).contains("at least one user");
    assertThat(failure(TestNodeContext.of(Map.of("members", List.of())).enter("approval")))
        .contains("at least one user");
  }

  @Test
  void shouldGoOnAsApprovedWhereEmptinessIsSkipped() {
    TestNodeContext context =
        new TestNodeContext()
            .parameter("members", Arrays.asList("{{input.boss}}"), Arrays.asList((Object) null))
            .parameter("onEmpty", "skip");
    assertThat(context.enter("approval")).isEqualTo(new Step.Done(null, Outcomes.APPROVED));
  }

  @Test
  void shouldNotAskFewerThanWereDrawn() {
    List<String> members = Arrays.asList("u1", null);
    assertThat(failure(new TestNodeContext().parameter("members", members).enter("approval")))
        .isEqualTo("parameter members: expected user ids, found nothing");
  }

  @Test
  void shouldAskTheUsersOfAListInAList() {
    Map<String, Object> parameters = Map.of("members", List.of("u1", List.of("u2", 7L)));
    assertThat(people(TestNodeContext.of(parameters).enter("approval")).tasks().values())
        .extracting(HumanTask::user)
        .containsExactly("u1", "u2", "7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"role:boss", "dept:7"})
  void shouldRefuseGroupsThatNobodyCouldAnswerFor(String group) {
    assertThat(failure(TestNodeContext.of(Map.of("members", List.of(group))).enter("approval")))
        .contains("not available yet")
        .contains(group);
  }

  @Test
  void shouldBoundTheNumberOfUsers() {
    List<String> members =
        IntStream.rangeClosed(0, People.PEOPLE_MAX).mapToObj(i -> "u" + i).toList();
    assertThat(failure(TestNodeContext.of(Map.of("members", members)).enter("approval")))
        .contains("at most " + People.PEOPLE_MAX);
  }

  @ParameterizedTest
  @ValueSource(strings = {"assignees", "members"})
  void shouldAskForAForm(String name) {
    Map<String, Object> schema = Map.of("days", Map.of("type", "integer"));
    Map<String, Object> parameters =
        Map.of(name, List.of("u1"), "schema", schema, "title", "Leave", "content", "How long?");
    assertThat(people(TestNodeContext.of(parameters).enter("form-task")).spec())
        .isEqualTo(
            new HumanTaskSpec(HumanTaskSpec.Rule.FORM, "Leave", "How long?", schema, "", ""));
  }

  @Test
  void shouldNotAskNobodyForAForm() {
    assertThat(failure(new TestNodeContext().enter("human"))).contains("at least one user");
  }
}
