// A Dapr application on the Go SDK of 2024, whose worker is the older durabletask-go: a workflow
// worker and a client that runs named scenarios. What comes in and goes out is as in ../go.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dapr/go-sdk/client"
	"github.com/dapr/go-sdk/workflow"
	"github.com/google/uuid"
)

const (
	noLimit  = time.Duration(-1)
	patience = 40 * time.Second
)

// The workflows' and activities' names are those of the functions: this SDK takes no others.

func PlusOne(ctx workflow.ActivityContext) (any, error) {
	var number int
	err := ctx.GetInput(&number)
	return number + 1, err
}

func Square(ctx workflow.ActivityContext) (any, error) {
	var number int
	err := ctx.GetInput(&number)
	return number * number, err
}

func Echo(ctx workflow.ActivityContext) (any, error) {
	var value any
	err := ctx.GetInput(&value)
	return value, err
}

func Boom(ctx workflow.ActivityContext) (any, error) {
	var text string
	if err := ctx.GetInput(&text); err != nil {
		return nil, err
	}
	return nil, errors.New("boom " + text)
}

func Chain(ctx *workflow.WorkflowContext) (any, error) {
	var number int
	if err := ctx.GetInput(&number); err != nil {
		return nil, err
	}
	for range 5 {
		if err := ctx.CallActivity(PlusOne, workflow.ActivityInput(number)).Await(&number); err != nil {
			return nil, err
		}
	}
	return number, nil
}

func FanOut(ctx *workflow.WorkflowContext) (any, error) {
	var width int
	if err := ctx.GetInput(&width); err != nil {
		return nil, err
	}
	tasks := workflow.NewTaskSlice(width)
	for index := range tasks {
		tasks[index] = ctx.CallActivity(Square, workflow.ActivityInput(index+1))
	}
	squares := make([]int, width)
	for index, task := range tasks {
		if err := task.Await(&squares[index]); err != nil {
			return nil, err
		}
	}
	return squares, nil
}

func Sleep(ctx *workflow.WorkflowContext) (any, error) {
	var seconds int
	if err := ctx.GetInput(&seconds); err != nil {
		return nil, err
	}
	return "slept", ctx.CreateTimer(time.Duration(seconds) * time.Second).Await(nil)
}

func WaitEvent(ctx *workflow.WorkflowContext) (any, error) {
	var payload any
	err := ctx.WaitForExternalEvent("Go", noLimit).Await(&payload)
	return payload, err
}

func WaitEventLimited(ctx *workflow.WorkflowContext) (any, error) {
	var seconds int
	if err := ctx.GetInput(&seconds); err != nil {
		return nil, err
	}
	var payload string
	limit := time.Duration(seconds) * time.Second
	if err := ctx.WaitForExternalEvent("Go", limit).Await(&payload); err != nil {
		return "timed out", nil
	}
	return "got " + payload, nil
}

func Parent(ctx *workflow.WorkflowContext) (any, error) {
	var number, child int
	if err := ctx.GetInput(&number); err != nil {
		return nil, err
	}
	call := ctx.CallChildWorkflow(Chain, workflow.ChildWorkflowInput(number))
	if err := call.Await(&child); err != nil {
		return nil, err
	}
	failure := ""
	failing := ctx.CallChildWorkflow(Failing, workflow.ChildWorkflowInput("child"))
	if err := failing.Await(nil); err != nil {
		failure = err.Error()
	}
	return map[string]any{"child": child, "failure": failure}, nil
}

func Delegating(ctx *workflow.WorkflowContext) (any, error) {
	var number int
	if err := ctx.GetInput(&number); err != nil {
		return nil, err
	}
	err := ctx.CallChildWorkflow(Chain, workflow.ChildWorkflowInput(number)).Await(&number)
	return number, err
}

func Failing(ctx *workflow.WorkflowContext) (any, error) {
	var text string
	if err := ctx.GetInput(&text); err != nil {
		return nil, err
	}
	return nil, ctx.CallActivity(Boom, workflow.ActivityInput(text)).Await(nil)
}

func WaitingParent(ctx *workflow.WorkflowContext) (any, error) {
	var child string
	if err := ctx.GetInput(&child); err != nil {
		return nil, err
	}
	var payload any
	err := ctx.CallChildWorkflow(WaitEvent, workflow.ChildWorkflowInstanceID(child)).Await(&payload)
	return payload, err
}

func Counter(ctx *workflow.WorkflowContext) (any, error) {
	var number int
	if err := ctx.GetInput(&number); err != nil {
		return nil, err
	}
	if err := ctx.CallActivity(PlusOne, workflow.ActivityInput(number)).Await(&number); err != nil {
		return nil, err
	}
	if number < 10 {
		ctx.ContinueAsNew(number, false)
		return nil, nil
	}
	return number, nil
}

func EchoAll(ctx *workflow.WorkflowContext) (any, error) {
	var value, result any
	if err := ctx.GetInput(&value); err != nil {
		return nil, err
	}
	err := ctx.CallActivity(Echo, workflow.ActivityInput(value)).Await(&result)
	return result, err
}

type session struct {
	ctx       context.Context
	workflows *workflow.Client
	general   client.Client
}

type view struct {
	ID      string                   `json:"id"`
	Name    string                   `json:"name"`
	Status  string                   `json:"status"`
	Input   any                      `json:"input"`
	Output  any                      `json:"output"`
	Failure *workflow.FailureDetails `json:"failure"`
	Created int64                    `json:"created"`
	Updated int64                    `json:"updated"`
}

func viewOf(found *workflow.Metadata) (*view, error) {
	input, err := value(found.SerializedInput)
	if err != nil {
		return nil, err
	}
	output, err := value(found.SerializedOutput)
	return &view{
		ID: found.InstanceID, Name: found.Name, Status: found.RuntimeStatus.String(), Input: input,
		Output: output, Failure: found.FailureDetails,
		Created: found.CreatedAt.UnixMilli(), Updated: found.LastUpdatedAt.UnixMilli(),
	}, err
}

func value(text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	var parsed any
	err := json.Unmarshal([]byte(text), &parsed)
	return parsed, err
}

func (s *session) start(flow, id string, input any) error {
	options := workflow.WithInstanceID(id)
	if input == nil {
		_, err := s.workflows.ScheduleNewWorkflow(s.ctx, flow, options)
		return err
	}
	_, err := s.workflows.ScheduleNewWorkflow(s.ctx, flow, options, workflow.WithInput(input))
	return err
}

func (s *session) end(id string) (*view, error) {
	found, err := s.workflows.WaitForWorkflowCompletion(s.ctx, id, workflow.WithFetchPayloads(true))
	if err != nil {
		return nil, err
	}
	return viewOf(found)
}

func (s *session) run(flow string, input any) (any, error) {
	id := fresh("go")
	if err := s.start(flow, id, input); err != nil {
		return nil, err
	}
	return s.end(id)
}

func (s *session) status(id string) (string, error) {
	found, err := s.workflows.FetchWorkflowMetadata(s.ctx, id)
	if err != nil {
		if strings.Contains(err.Error(), "no such instance exists") {
			return "ABSENT", nil
		}
		return "", err
	}
	return found.RuntimeStatus.String(), nil
}

func (s *session) until(id, status string) (string, error) {
	for {
		found, err := s.status(id)
		if err != nil || found == status {
			return found, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

var scenarios = map[string]func(*session) (any, error){
	"chain":           func(s *session) (any, error) { return s.run("Chain", 1) },
	"fan_out":         func(s *session) (any, error) { return s.run("FanOut", 20) },
	"child":           func(s *session) (any, error) { return s.run("Delegating", 10) },
	"children":        func(s *session) (any, error) { return s.run("Parent", 10) },
	"failure":         func(s *session) (any, error) { return s.run("Failing", "once") },
	"continue_as_new": func(s *session) (any, error) { return s.run("Counter", 1) },
	"timer":           timer,
	"event":           event,
	"event_limited":   eventLimited,
	"suspend":         suspend,
	"terminate":       terminate,
	"purge":           purge,
	"big":             big,
	"unicode": func(s *session) (any, error) {
		return s.run("EchoAll", map[string]string{"größe": "世界 🎉 ¿\u0001\"\\"})
	},
	"manage": manage,
}

func timer(s *session) (any, error) {
	begin := time.Now()
	instance, err := s.run("Sleep", 2)
	return map[string]any{"instance": instance, "millis": time.Since(begin).Milliseconds()}, err
}

func event(s *session) (any, error) {
	id := fresh("go")
	if err := s.start("WaitEvent", id, nil); err != nil {
		return nil, err
	}
	payload := workflow.WithEventPayload(map[string]int{"answer": 42})
	if err := s.workflows.RaiseEvent(s.ctx, id, "GO", payload); err != nil {
		return nil, err
	}
	return s.end(id)
}

func eventLimited(s *session) (any, error) {
	lateID, earlyID := fresh("go"), fresh("go")
	if err := s.start("WaitEventLimited", lateID, 1); err != nil {
		return nil, err
	}
	if err := s.start("WaitEventLimited", earlyID, 600); err != nil {
		return nil, err
	}
	if err := s.workflows.RaiseEvent(s.ctx, earlyID, "Go", workflow.WithEventPayload("it")); err != nil {
		return nil, err
	}
	late, err := s.end(lateID)
	if err != nil {
		return nil, err
	}
	early, err := s.end(earlyID)
	return map[string]any{"late": late, "early": early}, err
}

func suspend(s *session) (any, error) {
	id := fresh("go")
	if err := s.start("WaitEvent", id, nil); err != nil {
		return nil, err
	}
	pause := func() error { return s.workflows.SuspendWorkflow(s.ctx, id, "paused by a test") }
	resume := func() error { return s.workflows.ResumeWorkflow(s.ctx, id, "resumed by a test") }
	seen := []string{}
	see := func(status string) func() error {
		return func() error {
			found, err := s.until(id, status)
			seen = append(seen, found)
			return err
		}
	}
	raise := func() error {
		return s.workflows.RaiseEvent(s.ctx, id, "Go", workflow.WithEventPayload("held"))
	}
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
	if err := s.start("WaitingParent", id, child); err != nil {
		return nil, err
	}
	if _, err := s.until(child, "RUNNING"); err != nil {
		return nil, err
	}
	if err := s.workflows.TerminateWorkflow(s.ctx, id, workflow.WithOutput("stopped")); err != nil {
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
	if err := s.start("Chain", id, 1); err != nil {
		return nil, err
	}
	if _, err := s.end(id); err != nil {
		return nil, err
	}
	if err := s.workflows.PurgeWorkflow(s.ctx, id); err != nil {
		return nil, err
	}
	after, err := s.status(id)
	if err != nil {
		return nil, err
	}
	if err := s.start("Chain", id, 2); err != nil {
		return nil, err
	}
	again, err := s.end(id)
	return map[string]any{"after": after, "again": again}, err
}

func big(s *session) (any, error) {
	text := strings.Repeat("0123456789abcdef", 65536)
	id := fresh("go")
	if err := s.start("EchoAll", id, text); err != nil {
		return nil, err
	}
	instance, err := s.end(id)
	if err != nil {
		return nil, err
	}
	output, _ := instance.Output.(string)
	return map[string]any{"status": instance.Status, "length": len(output), "same": output == text}, nil
}

// The calls of the page "how to manage workflows", in its order.
func manage(s *session) (any, error) {
	id := fresh("manage")
	seen := []string{}
	note := func(expected string) func() error {
		return func() error {
			for {
				found, err := s.general.GetWorkflowBeta1(s.ctx, &client.GetWorkflowRequest{InstanceID: id})
				if err != nil {
					return err
				}
				if found.RuntimeStatus == expected {
					seen = append(seen, expected)
					return nil
				}
				time.Sleep(20 * time.Millisecond)
			}
		}
	}
	start := func() error {
		_, err := s.general.StartWorkflowBeta1(s.ctx, &client.StartWorkflowRequest{
			InstanceID: id, WorkflowComponent: "dapr", WorkflowName: "WaitEvent", Input: "in",
		})
		return err
	}
	pause := func() error {
		return s.general.PauseWorkflowBeta1(s.ctx, &client.PauseWorkflowRequest{InstanceID: id})
	}
	resume := func() error {
		return s.general.ResumeWorkflowBeta1(s.ctx, &client.ResumeWorkflowRequest{InstanceID: id})
	}
	raise := func() error {
		return s.general.RaiseEventWorkflowBeta1(s.ctx, &client.RaiseEventWorkflowRequest{
			InstanceID: id, EventName: "Go", EventData: "eventData",
		})
	}
	purge := func() error {
		return s.general.PurgeWorkflowBeta1(s.ctx, &client.PurgeWorkflowRequest{InstanceID: id})
	}
	terminate := func() error {
		return s.general.TerminateWorkflowBeta1(s.ctx, &client.TerminateWorkflowRequest{InstanceID: id})
	}
	for _, act := range []func() error{
		start, note("RUNNING"), pause, note("SUSPENDED"), resume, note("RUNNING"), raise,
		note("COMPLETED"), purge, start, note("RUNNING"), terminate, note("TERMINATED"),
	} {
		if err := act(); err != nil {
			return nil, err
		}
	}
	return map[string]any{"seen": seen}, nil
}

func main() {
	client.SetLogger(nil)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	worker, err := workflow.NewWorker()
	if err != nil {
		return fmt.Errorf("no server: %w", err)
	}
	for _, activity := range []workflow.Activity{PlusOne, Square, Echo, Boom} {
		if err := worker.RegisterActivity(activity); err != nil {
			return err
		}
	}
	for _, flow := range []workflow.Workflow{
		Chain, FanOut, Delegating, Sleep, WaitEvent, WaitEventLimited, Parent, Failing, WaitingParent, Counter, EchoAll,
	} {
		if err := worker.RegisterWorkflow(flow); err != nil {
			return err
		}
	}
	if err := worker.Start(); err != nil {
		return err
	}
	general, err := client.NewClient()
	if err != nil {
		return err
	}
	workflows, err := workflow.NewClient(workflow.WithDaprClient(general))
	if err != nil {
		return err
	}
	report(map[string]any{"ready": true})
	if names := os.Args[1:]; len(names) > 0 {
		for _, name := range names {
			perform(workflows, general, name)
		}
		return nil
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		perform(workflows, general, strings.TrimSpace(lines.Text()))
	}
	return lines.Err()
}

func perform(workflows *workflow.Client, general client.Client, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	scenario, known := scenarios[name]
	if !known {
		report(map[string]any{"scenario": name, "error": "no such scenario"})
		return
	}
	result, err := scenario(&session{ctx: ctx, workflows: workflows, general: general})
	if err != nil {
		report(map[string]any{"scenario": name, "error": err.Error()})
		return
	}
	report(map[string]any{"scenario": name, "result": result})
}

func report(line any) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func fresh(prefix string) string {
	return prefix + "-" + uuid.NewString()[:12]
}
