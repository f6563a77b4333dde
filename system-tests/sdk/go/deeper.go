package main

import (
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dapr/durabletask-go/workflow"
)

// Workflows and scenarios of the conformance cases that need this SDK's calls.

const (
	spun      = 100
	unawaited = 30
)

var (
	plusOneCalls atomic.Int64
	ticks        atomic.Int64
)

func init() {
	for name, scenario := range map[string]func(*session) (any, error){
		"histories":   histories,
		"tight":       func(s *session) (any, error) { return s.run("Spinner", fresh("go"), 0) },
		"no_await":    noAwait,
		"detached":    detached,
		"rerun":       rerun,
		"force_purge": forcePurge,
		"late_result": lateResult,
	} {
		scenarios[name] = scenario
	}
}

func addDeeper(registry *workflow.Registry) error {
	for name, flow := range map[string]workflow.Workflow{
		"Empty": empty, "Spinner": spinner, "Spreading": spreading, "Detaching": detaching, "Slow": slow,
	} {
		if err := registry.AddWorkflowN(name, flow); err != nil {
			return err
		}
	}
	if err := addVersions(registry); err != nil {
		return err
	}
	if err := addReuse(registry); err != nil {
		return err
	}
	if err := addPropagation(registry); err != nil {
		return err
	}
	return registry.AddActivityN("Tick", tick)
}

// What a newer or older release of one application would register: MILLRACE_VERSION names the only
// version of Versioned it has, MILLRACE_PATCHED whether its Patched has the patch.
func addVersions(registry *workflow.Registry) error {
	version := os.Getenv("MILLRACE_VERSION")
	if version == "" {
		version = "v1"
	}
	wait := func(ctx *workflow.WorkflowContext) (any, error) {
		var payload string
		err := ctx.WaitForExternalEvent("Go", noLimit).Await(&payload)
		return version + " " + payload, err
	}
	if err := registry.AddVersionedWorkflowN("Versioned", version, true, wait); err != nil {
		return err
	}
	return registry.AddWorkflowN("Patched", func(ctx *workflow.WorkflowContext) (any, error) {
		number := 1
		if os.Getenv("MILLRACE_PATCHED") != "" && ctx.IsPatched("p1") {
			if err := ctx.CallActivity("PlusOne", workflow.WithActivityInput(number)).Await(&number); err != nil {
				return nil, err
			}
		}
		err := ctx.WaitForExternalEvent("Go", noLimit).Await(nil)
		return number, err
	})
}

func tick(workflow.ActivityContext) (any, error) {
	return ticks.Add(1), nil
}

func empty(*workflow.WorkflowContext) (any, error) {
	return nil, nil
}

func spinner(ctx *workflow.WorkflowContext) (any, error) {
	var turn int
	if err := ctx.GetInput(&turn); err != nil {
		return nil, err
	}
	if turn < spun {
		ctx.ContinueAsNew(turn + 1)
	}
	return turn, nil
}

func spreading(ctx *workflow.WorkflowContext) (any, error) {
	for range unawaited {
		ctx.CallActivity("Tick")
	}
	return "spread", nil
}

func detaching(ctx *workflow.WorkflowContext) (any, error) {
	var id string
	if err := ctx.GetInput(&id); err != nil {
		return nil, err
	}
	return ctx.ScheduleNewWorkflow("Chain", workflow.WithDetachedWorkflowInstanceID(id),
		workflow.WithDetachedWorkflowInput(1))
}

func slow(ctx *workflow.WorkflowContext) (any, error) {
	order := stepOrder{Instance: ctx.ID(), Millis: 800}
	var index int
	err := ctx.CallActivity("Step", workflow.WithActivityInput(order)).Await(&index)
	return index, err
}

func (s *session) kinds(id string) ([]string, error) {
	history, err := s.GetInstanceHistory(s.ctx, id)
	if err != nil {
		return nil, err
	}
	kinds := []string{}
	for _, event := range history.Events {
		kind, err := protoKind(event)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

func histories(s *session) (any, error) {
	alone, err := s.run("Empty", fresh("go"), nil)
	if err != nil {
		return nil, err
	}
	aloneKinds, err := s.kinds(alone.ID)
	if err != nil {
		return nil, err
	}
	parent, err := s.run("Delegating", fresh("go"), 1)
	if err != nil {
		return nil, err
	}
	parentKinds, err := s.kinds(parent.ID)
	if err != nil {
		return nil, err
	}
	child, err := s.end(parent.ID + ":0000")
	if err != nil {
		return nil, err
	}
	_, unknown := s.GetInstanceHistory(s.ctx, "nobody")
	return map[string]any{
		"alone": aloneKinds, "parent": parentKinds, "child": child.Name, "unknown": text(unknown),
	}, nil
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func noAwait(s *session) (any, error) {
	before := ticks.Load()
	instance, err := s.run("Spreading", fresh("go"), nil)
	if err != nil {
		return nil, err
	}
	for ticks.Load() < before+unawaited && s.ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
	return map[string]any{"instance": instance, "ran": ticks.Load() - before}, nil
}

func detached(s *session) (any, error) {
	spawned := fresh("spawned")
	caller, err := s.run("Detaching", fresh("go"), spawned)
	if err != nil {
		return nil, err
	}
	if _, err := s.until(spawned, "COMPLETED"); err != nil {
		return nil, err
	}
	instance, err := s.end(spawned)
	return map[string]any{"caller": caller, "spawned": instance}, err
}

// Reruns five activities from each of them, and as it is refused.
func rerun(s *session) (any, error) {
	source, err := s.run("Chain", fresh("go"), 1)
	if err != nil {
		return nil, err
	}
	calls := []int64{}
	for event := range uint32(5) {
		before := plusOneCalls.Load()
		id, err := s.RerunWorkflowFromEvent(s.ctx, source.ID, event)
		if err != nil {
			return nil, err
		}
		if _, err := s.end(id); err != nil {
			return nil, err
		}
		calls = append(calls, plusOneCalls.Load()-before)
	}
	_, noEvent := s.RerunWorkflowFromEvent(s.ctx, source.ID, 99)
	_, noSource := s.RerunWorkflowFromEvent(s.ctx, "nobody", 0)
	taken := workflow.WithRerunNewInstanceID(source.ID)
	_, same := s.RerunWorkflowFromEvent(s.ctx, source.ID, 0, taken)
	running := fresh("go")
	if err := s.started("WaitEvent", running, nil); err != nil {
		return nil, err
	}
	_, active := s.RerunWorkflowFromEvent(s.ctx, running, 0)
	refused := []string{text(noEvent), text(noSource), text(same), text(active)}
	return map[string]any{"calls": calls, "refused": refused}, nil
}

func forcePurge(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("WaitEvent", id, nil); err != nil {
		return nil, err
	}
	refused := s.PurgeWorkflowState(s.ctx, id)
	if err := s.PurgeWorkflowState(s.ctx, id, workflow.WithForcePurge(true)); err != nil {
		return nil, err
	}
	after, err := s.status(id)
	if err != nil {
		return nil, err
	}
	again, err := s.run("Chain", id, 1)
	return map[string]any{"refused": text(refused), "after": after, "again": again}, err
}

// The result of an activity of a terminated run must not reach the next run of the same id.
func lateResult(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("Slow", id, nil); err != nil {
		return nil, err
	}
	if err := s.TerminateWorkflow(s.ctx, id); err != nil {
		return nil, err
	}
	if _, err := s.end(id); err != nil {
		return nil, err
	}
	if err := s.started("WaitEvent", id, nil); err != nil {
		return nil, err
	}
	time.Sleep(1200 * time.Millisecond)
	kinds, err := s.kinds(id)
	if err != nil {
		return nil, err
	}
	if err := s.RaiseEvent(s.ctx, id, "Go", workflow.WithEventPayload("mine")); err != nil {
		return nil, err
	}
	instance, err := s.end(id)
	return map[string]any{"kinds": strings.Join(kinds, " "), "instance": instance}, err
}
