package main

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/dapr/durabletask-go/workflow"
)

const noLimit = time.Duration(-1)

func newRegistry() (*workflow.Registry, error) {
	registry := workflow.NewRegistry()
	for name, activity := range map[string]workflow.Activity{
		"PlusOne": plusOne, "Square": square, "Echo": echo, "Boom": boom, "Flaky": flaky, "Step": step,
	} {
		if err := registry.AddActivityN(name, activity); err != nil {
			return nil, err
		}
	}
	for name, flow := range map[string]workflow.Workflow{
		"Chain": chain, "FanOut": fanOut, "Delegating": delegating, "Sleep": sleep, "WaitEvent": waitEvent,
		"WaitEventLimited": waitEventLimited, "Parent": parent, "Failing": failing,
		"WaitingParent": waitingParent, "Retrying": retrying, "Exhausting": exhausting,
		"Counter": counter, "Collector": collector, "EchoAll": echoAll, "Steps": steps,
	} {
		if err := registry.AddWorkflowN(name, flow); err != nil {
			return nil, err
		}
	}
	return registry, nil
}

// Activities

func plusOne(ctx workflow.ActivityContext) (any, error) {
	var number int
	err := ctx.GetInput(&number)
	return number + 1, err
}

func square(ctx workflow.ActivityContext) (any, error) {
	var number int
	err := ctx.GetInput(&number)
	return number * number, err
}

func echo(ctx workflow.ActivityContext) (any, error) {
	var value any
	err := ctx.GetInput(&value)
	return value, err
}

func boom(ctx workflow.ActivityContext) (any, error) {
	var text string
	if err := ctx.GetInput(&text); err != nil {
		return nil, err
	}
	return nil, errors.New("boom " + text)
}

var attempts = struct {
	sync.Mutex
	made map[string]int
}{made: map[string]int{}}

// Fails until it is called for the third time with the same key.
func flaky(ctx workflow.ActivityContext) (any, error) {
	var key string
	if err := ctx.GetInput(&key); err != nil {
		return nil, err
	}
	attempts.Lock()
	defer attempts.Unlock()
	attempts.made[key]++
	if made := attempts.made[key]; made < 3 {
		return nil, fmt.Errorf("boom at attempt %d", made)
	}
	return attempts.made[key], nil
}

type stepOrder struct {
	Instance string `json:"instance"`
	Index    int    `json:"index"`
	Millis   int    `json:"millis"`
}

// Takes its time and writes down that it ran.
func step(ctx workflow.ActivityContext) (any, error) {
	var order stepOrder
	if err := ctx.GetInput(&order); err != nil {
		return nil, err
	}
	time.Sleep(time.Duration(order.Millis) * time.Millisecond)
	if journal := os.Getenv("MILLRACE_JOURNAL"); journal != "" {
		lines, err := os.OpenFile(journal, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		defer lines.Close()
		if _, err := fmt.Fprintf(lines, "%s %d\n", order.Instance, order.Index); err != nil {
			return nil, err
		}
	}
	return order.Index, nil
}

// Workflows

func chain(ctx *workflow.WorkflowContext) (any, error) {
	var number int
	if err := ctx.GetInput(&number); err != nil {
		return nil, err
	}
	for range 5 {
		call := ctx.CallActivity("PlusOne", workflow.WithActivityInput(number))
		if err := call.Await(&number); err != nil {
			return nil, err
		}
	}
	return number, nil
}

func fanOut(ctx *workflow.WorkflowContext) (any, error) {
	var width int
	if err := ctx.GetInput(&width); err != nil {
		return nil, err
	}
	tasks := make([]workflow.Task, width)
	for index := range tasks {
		tasks[index] = ctx.CallActivity("Square", workflow.WithActivityInput(index+1))
	}
	squares := make([]int, width)
	for index, task := range tasks {
		if err := task.Await(&squares[index]); err != nil {
			return nil, err
		}
	}
	return squares, nil
}

func sleep(ctx *workflow.WorkflowContext) (any, error) {
	var seconds int
	if err := ctx.GetInput(&seconds); err != nil {
		return nil, err
	}
	err := ctx.CreateTimer(time.Duration(seconds) * time.Second).Await(nil)
	return "slept", err
}

func waitEvent(ctx *workflow.WorkflowContext) (any, error) {
	ctx.SetCustomStatus("waiting")
	var payload any
	err := ctx.WaitForExternalEvent("Go", noLimit).Await(&payload)
	return payload, err
}

func waitEventLimited(ctx *workflow.WorkflowContext) (any, error) {
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

func parent(ctx *workflow.WorkflowContext) (any, error) {
	var number int
	if err := ctx.GetInput(&number); err != nil {
		return nil, err
	}
	var child int
	call := ctx.CallChildWorkflow("Chain", workflow.WithChildWorkflowInput(number))
	if err := call.Await(&child); err != nil {
		return nil, err
	}
	failure := ""
	failing := ctx.CallChildWorkflow("Failing", workflow.WithChildWorkflowInput("child"))
	if err := failing.Await(nil); err != nil {
		failure = err.Error()
	}
	return map[string]any{"child": child, "failure": failure}, nil
}

func delegating(ctx *workflow.WorkflowContext) (any, error) {
	var number int
	if err := ctx.GetInput(&number); err != nil {
		return nil, err
	}
	err := ctx.CallChildWorkflow("Chain", workflow.WithChildWorkflowInput(number)).Await(&number)
	return number, err
}

func failing(ctx *workflow.WorkflowContext) (any, error) {
	var text string
	if err := ctx.GetInput(&text); err != nil {
		return nil, err
	}
	return nil, ctx.CallActivity("Boom", workflow.WithActivityInput(text)).Await(nil)
}

func waitingParent(ctx *workflow.WorkflowContext) (any, error) {
	var child string
	if err := ctx.GetInput(&child); err != nil {
		return nil, err
	}
	var payload any
	err := ctx.CallChildWorkflow("WaitEvent", workflow.WithChildWorkflowInstanceID(child)).Await(&payload)
	return payload, err
}

var retries = workflow.WithActivityRetryPolicy(&workflow.RetryPolicy{
	MaxAttempts: 3, InitialRetryInterval: 200 * time.Millisecond, BackoffCoefficient: 1,
})

func retrying(ctx *workflow.WorkflowContext) (any, error) {
	var key string
	if err := ctx.GetInput(&key); err != nil {
		return nil, err
	}
	var number int
	err := ctx.CallActivity("Flaky", workflow.WithActivityInput(key), retries).Await(&number)
	return number, err
}

func exhausting(ctx *workflow.WorkflowContext) (any, error) {
	var text string
	if err := ctx.GetInput(&text); err != nil {
		return nil, err
	}
	return nil, ctx.CallActivity("Boom", workflow.WithActivityInput(text), retries).Await(nil)
}

func counter(ctx *workflow.WorkflowContext) (any, error) {
	var number int
	if err := ctx.GetInput(&number); err != nil {
		return nil, err
	}
	if err := ctx.CallActivity("PlusOne", workflow.WithActivityInput(number)).Await(&number); err != nil {
		return nil, err
	}
	if number < 10 {
		ctx.ContinueAsNew(number)
		return nil, nil
	}
	return number, nil
}

type collected struct {
	Wanted int   `json:"wanted"`
	Items  []int `json:"items"`
}

func collector(ctx *workflow.WorkflowContext) (any, error) {
	var state collected
	if err := ctx.GetInput(&state); err != nil {
		return nil, err
	}
	var item int
	if err := ctx.WaitForExternalEvent("Item", noLimit).Await(&item); err != nil {
		return nil, err
	}
	state.Items = append(state.Items, item)
	if len(state.Items) < state.Wanted {
		ctx.ContinueAsNew(state, workflow.WithKeepUnprocessedEvents())
		return nil, nil
	}
	return state.Items, nil
}

func echoAll(ctx *workflow.WorkflowContext) (any, error) {
	var value any
	if err := ctx.GetInput(&value); err != nil {
		return nil, err
	}
	var result any
	err := ctx.CallActivity("Echo", workflow.WithActivityInput(value)).Await(&result)
	ctx.SetCustomStatus("echoed")
	return result, err
}

func steps(ctx *workflow.WorkflowContext) (any, error) {
	var order struct {
		Steps  int `json:"steps"`
		Millis int `json:"millis"`
	}
	if err := ctx.GetInput(&order); err != nil {
		return nil, err
	}
	done := make([]int, order.Steps)
	for index := range done {
		input := stepOrder{Instance: ctx.ID(), Index: index, Millis: order.Millis}
		if err := ctx.CallActivity("Step", workflow.WithActivityInput(input)).Await(&done[index]); err != nil {
			return nil, err
		}
	}
	return done, nil
}
