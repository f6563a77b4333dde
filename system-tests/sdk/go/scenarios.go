package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/dapr/durabletask-go/workflow"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

var scenarios = map[string]func(*session) (any, error){
	"chain":            func(s *session) (any, error) { return s.run("Chain", fresh("go"), 1) },
	"fan_out":          func(s *session) (any, error) { return s.run("FanOut", fresh("go"), 20) },
	"timer":            timer,
	"delayed_start":    delayedStart,
	"event":            event,
	"event_limited":    eventLimited,
	"child":            func(s *session) (any, error) { return s.run("Delegating", fresh("go"), 10) },
	"children":         func(s *session) (any, error) { return s.run("Parent", fresh("go"), 10) },
	"retries":          retriesScenario,
	"failure":          func(s *session) (any, error) { return s.run("Failing", fresh("go"), "once") },
	"continue_as_new":  func(s *session) (any, error) { return s.run("Counter", fresh("go"), 1) },
	"carry_over":       carryOver,
	"suspend":          suspend,
	"terminate":        terminate,
	"purge":            purge,
	"big":              big,
	"unicode":          unicode,
	"state":            state,
	"duplicate":        duplicate,
	"many":             many,
	"unknown_workflow": func(s *session) (any, error) { return s.run("NobodyKnowsIt", fresh("go"), 1) },
	"inspect":          inspect,
}

// One scenario's calls, all under one deadline.
type session struct {
	*workflow.Client
	ctx context.Context
}

// What a client sees of an instance, the same in every language.
type view struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Status  string   `json:"status"`
	Input   any      `json:"input"`
	Output  any      `json:"output"`
	Custom  string   `json:"custom"`
	Failure *failure `json:"failure"`
	Created int64    `json:"created"`
	Updated int64    `json:"updated"`
}

type failure struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

func viewOf(found *workflow.WorkflowMetadata) (*view, error) {
	input, err := value(found.Input)
	if err != nil {
		return nil, err
	}
	output, err := value(found.Output)
	if err != nil {
		return nil, err
	}
	seen := &view{
		ID: found.InstanceId, Name: found.Name, Status: found.String(), Input: input, Output: output,
		Custom:  found.CustomStatus.GetValue(),
		Created: found.CreatedAt.AsTime().UnixMilli(), Updated: found.LastUpdatedAt.AsTime().UnixMilli(),
	}
	if details := found.FailureDetails; details != nil {
		seen.Failure = &failure{Type: details.ErrorType, Message: details.ErrorMessage}
	}
	return seen, nil
}

func value(text *wrapperspb.StringValue) (any, error) {
	if text.GetValue() == "" {
		return nil, nil
	}
	var parsed any
	err := json.Unmarshal([]byte(text.GetValue()), &parsed)
	return parsed, err
}

func (s *session) start(flow, id string, input any) (string, error) {
	options := []workflow.NewWorkflowOptions{workflow.WithInstanceID(id)}
	if input != nil {
		options = append(options, workflow.WithInput(input))
	}
	return s.ScheduleWorkflow(s.ctx, flow, options...)
}

func (s *session) end(id string) (*view, error) {
	found, err := s.WaitForWorkflowCompletion(s.ctx, id)
	if err != nil {
		return nil, err
	}
	return viewOf(found)
}

func (s *session) run(flow, id string, input any) (*view, error) {
	if _, err := s.start(flow, id, input); err != nil {
		return nil, err
	}
	return s.end(id)
}

func (s *session) started(flow, id string, input any) error {
	if _, err := s.start(flow, id, input); err != nil {
		return err
	}
	_, err := s.WaitForWorkflowStart(s.ctx, id)
	return err
}

func (s *session) status(id string) (string, error) {
	found, err := s.FetchWorkflowMetadata(s.ctx, id)
	if err != nil {
		if strings.Contains(err.Error(), "no such instance exists") {
			return "ABSENT", nil
		}
		return "", err
	}
	return found.String(), nil
}

// The status once it is the given one.
func (s *session) until(id, status string) (string, error) {
	for {
		found, err := s.status(id)
		if err != nil || found == status {
			return found, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func timer(s *session) (any, error) {
	begin := time.Now()
	instance, err := s.run("Sleep", fresh("go"), 2)
	return map[string]any{"instance": instance, "millis": time.Since(begin).Milliseconds()}, err
}

func delayedStart(s *session) (any, error) {
	begin := time.Now()
	id, err := s.ScheduleWorkflow(s.ctx, "Chain", workflow.WithInstanceID(fresh("go")),
		workflow.WithInput(1), workflow.WithStartTime(begin.Add(2*time.Second)))
	if err != nil {
		return nil, err
	}
	before, err := s.status(id)
	if err != nil {
		return nil, err
	}
	instance, err := s.end(id)
	elapsed := time.Since(begin).Milliseconds()
	return map[string]any{"before": before, "instance": instance, "millis": elapsed}, err
}

func event(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("WaitEvent", id, nil); err != nil {
		return nil, err
	}
	payload := workflow.WithEventPayload(map[string]int{"answer": 42})
	if err := s.RaiseEvent(s.ctx, id, "GO", payload); err != nil {
		return nil, err
	}
	return s.end(id)
}

func eventLimited(s *session) (any, error) {
	lateID, earlyID := fresh("go"), fresh("go")
	if _, err := s.start("WaitEventLimited", lateID, 1); err != nil {
		return nil, err
	}
	if err := s.started("WaitEventLimited", earlyID, 600); err != nil {
		return nil, err
	}
	if err := s.RaiseEvent(s.ctx, earlyID, "Go", workflow.WithEventPayload("it")); err != nil {
		return nil, err
	}
	late, err := s.end(lateID)
	if err != nil {
		return nil, err
	}
	early, err := s.end(earlyID)
	return map[string]any{"late": late, "early": early}, err
}

func retriesScenario(s *session) (any, error) {
	healed, err := s.run("Retrying", fresh("go"), fresh("key"))
	if err != nil {
		return nil, err
	}
	exhausted, err := s.run("Exhausting", fresh("go"), "again")
	return map[string]any{"healed": healed, "exhausted": exhausted}, err
}

func carryOver(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("Collector", id, collected{Wanted: 5, Items: []int{}}); err != nil {
		return nil, err
	}
	for number := range 5 {
		if err := s.RaiseEvent(s.ctx, id, "Item", workflow.WithEventPayload(number+1)); err != nil {
			return nil, err
		}
	}
	return s.end(id)
}

func suspend(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("WaitEvent", id, nil); err != nil {
		return nil, err
	}
	pause := func() error { return s.SuspendWorkflow(s.ctx, id, "paused by a test") }
	resume := func() error { return s.ResumeWorkflow(s.ctx, id, "resumed by a test") }
	seen := []string{}
	see := func(status string) func() error {
		return func() error {
			found, err := s.until(id, status)
			seen = append(seen, found)
			return err
		}
	}
	raise := func() error { return s.RaiseEvent(s.ctx, id, "Go", workflow.WithEventPayload("held")) }
	later := func() error {
		time.Sleep(300 * time.Millisecond)
		found, err := s.status(id)
		seen = append(seen, found)
		return err
	}
	for _, act := range []func() error{
		pause, pause, see("SUSPENDED"), resume, resume, see("RUNNING"), pause, see("SUSPENDED"), raise,
		later, resume,
	} {
		if err := act(); err != nil {
			return nil, err
		}
	}
	instance, err := s.end(id)
	return map[string]any{"seen": seen, "instance": instance}, err
}

func terminate(s *session) (any, error) {
	id, child := fresh("go"), fresh("child")
	if err := s.started("WaitingParent", id, child); err != nil {
		return nil, err
	}
	if _, err := s.until(child, "RUNNING"); err != nil {
		return nil, err
	}
	if err := s.TerminateWorkflow(s.ctx, id, workflow.WithOutput("stopped")); err != nil {
		return nil, err
	}
	instance, err := s.end(id)
	if err != nil {
		return nil, err
	}
	status, err := s.until(child, "TERMINATED")
	return map[string]any{"instance": instance, "child": status}, err
}

func purge(s *session) (any, error) {
	id := fresh("go")
	if _, err := s.run("Chain", id, 1); err != nil {
		return nil, err
	}
	if err := s.PurgeWorkflowState(s.ctx, id); err != nil {
		return nil, err
	}
	after, err := s.status(id)
	if err != nil {
		return nil, err
	}
	again, err := s.run("Chain", id, 2)
	return map[string]any{"after": after, "again": again}, err
}

func big(s *session) (any, error) {
	text := strings.Repeat("0123456789abcdef", 65536)
	instance, err := s.run("EchoAll", fresh("go"), text)
	if err != nil {
		return nil, err
	}
	output, _ := instance.Output.(string)
	return map[string]any{
		"status": instance.Status, "length": len(output), "same": output == text,
	}, nil
}

func unicode(s *session) (any, error) {
	return s.run("EchoAll", "订单-"+fresh("é"), map[string]string{"größe": "世界 🎉 ¿\u0001\"\\"})
}

func state(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("WaitEvent", id, map[string]any{"a": []any{1, 2.5, nil}}); err != nil {
		return nil, err
	}
	found, err := s.FetchWorkflowMetadata(s.ctx, id)
	if err != nil {
		return nil, err
	}
	running, err := viewOf(found)
	if err != nil {
		return nil, err
	}
	if err := s.RaiseEvent(s.ctx, id, "Go", workflow.WithEventPayload("now")); err != nil {
		return nil, err
	}
	ended, err := s.end(id)
	return map[string]any{"running": running, "ended": ended}, err
}

func duplicate(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("WaitEvent", id, nil); err != nil {
		return nil, err
	}
	_, refused := s.start("WaitEvent", id, nil)
	if refused == nil {
		return nil, errors.New("the second start with one id was accepted")
	}
	if err := s.RaiseEvent(s.ctx, id, "Go", workflow.WithEventPayload(1)); err != nil {
		return nil, err
	}
	first, err := s.end(id)
	if err != nil {
		return nil, err
	}
	again, err := s.run("Chain", id, 5)
	return map[string]any{"error": refused.Error(), "first": first, "again": again}, err
}

func many(s *session) (any, error) {
	ids := []string{}
	for number := range 50 {
		id, err := s.start("Chain", fresh("go"), number+1)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	outputs := []any{}
	for _, id := range ids {
		instance, err := s.end(id)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, instance.Output)
	}
	return map[string]any{"outputs": outputs}, nil
}

// The calls that only this SDK and the newest Python one have: list, history, rerun.
func inspect(s *session) (any, error) {
	id := fresh("go")
	if _, err := s.run("Chain", id, 1); err != nil {
		return nil, err
	}
	listed := 0
	token := ""
	for {
		options := []workflow.ListInstanceIDsOptions{workflow.WithListInstanceIDsPageSize(10)}
		if token != "" {
			options = append(options, workflow.WithListInstanceIDsContinuationToken(token))
		}
		page, err := s.ListInstanceIDs(s.ctx, options...)
		if err != nil {
			return nil, err
		}
		for _, other := range page.InstanceIds {
			if other == id {
				listed++
			}
		}
		if page.ContinuationToken == nil {
			break
		}
		token = *page.ContinuationToken
	}
	history, err := s.GetInstanceHistory(s.ctx, id)
	if err != nil {
		return nil, err
	}
	kinds := []string{}
	for _, event := range history.Events {
		text, err := protoKind(event)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, text)
	}
	again, err := s.RerunWorkflowFromEvent(s.ctx, id, 3, workflow.WithRerunInput(100))
	if err != nil {
		return nil, err
	}
	rerun, err := s.end(again)
	return map[string]any{"listed": listed, "kinds": kinds, "rerun": rerun}, err
}

// The name of the event's one detail field, such as taskCompleted.
func protoKind(event proto.Message) (string, error) {
	message := event.ProtoReflect()
	details := message.Descriptor().Oneofs().ByName("eventType")
	field := message.WhichOneof(details)
	if field == nil {
		return "", errors.New("an event without details")
	}
	return string(field.Name()), nil
}
