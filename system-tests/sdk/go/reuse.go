package main

import (
	"errors"
	"sync"

	"github.com/dapr/durabletask-go/workflow"
)

// Workflows and scenarios of the conformance cases about ids and about events that outlive a run.

// An id that plain HTTP refuses, as users of this SDK have them.
const specialID = "nexus-fire-safety-api||Nexus|6671cfbe@device"

const (
	generations = 7
	pairs       = 4
	overload    = 25
)

func init() {
	for name, scenario := range map[string]func(*session) (any, error){
		"special_id": func(s *session) (any, error) {
			return s.run("Chain", specialID+fresh("go"), 1)
		},
		"child_running": childRunning,
		"carry_fifo":    carryFifo,
		"carry_pairs":   carryPairs,
		"overload":      overloaded,
	} {
		scenarios[name] = scenario
	}
}

func addReuse(registry *workflow.Registry) error {
	if err := registry.AddWorkflowN("Leaving", leaving); err != nil {
		return err
	}
	return registry.AddWorkflowN("Pairs", pairing)
}

// Starts a child and ends without waiting for it.
func leaving(ctx *workflow.WorkflowContext) (any, error) {
	var child string
	if err := ctx.GetInput(&child); err != nil {
		return nil, err
	}
	ctx.CallChildWorkflow("WaitEvent", workflow.WithChildWorkflowInstanceID(child))
	return "left", nil
}

type paired struct {
	Wanted int     `json:"wanted"`
	Pairs  [][]int `json:"pairs"`
}

// Takes two events in each run and leaves the others to the next.
func pairing(ctx *workflow.WorkflowContext) (any, error) {
	var state paired
	if err := ctx.GetInput(&state); err != nil {
		return nil, err
	}
	pair := make([]int, 2)
	for index := range pair {
		if err := ctx.WaitForExternalEvent("Item", noLimit).Await(&pair[index]); err != nil {
			return nil, err
		}
	}
	state.Pairs = append(state.Pairs, pair)
	if len(state.Pairs) < state.Wanted {
		ctx.ContinueAsNew(state, workflow.WithKeepUnprocessedEvents())
		return nil, nil
	}
	return state.Pairs, nil
}

// The id of an ended parent is taken while its child runs, and free once the child is gone.
func childRunning(s *session) (any, error) {
	id, child := fresh("go"), fresh("child")
	if _, err := s.run("Leaving", id, child); err != nil {
		return nil, err
	}
	if _, err := s.until(child, "RUNNING"); err != nil {
		return nil, err
	}
	_, refused := s.start("Leaving", id, child)
	if refused == nil {
		return nil, errors.New("the second start was accepted while the child ran")
	}
	if err := s.RaiseEvent(s.ctx, child, "Go", workflow.WithEventPayload(1)); err != nil {
		return nil, err
	}
	if _, err := s.end(child); err != nil {
		return nil, err
	}
	if err := s.PurgeWorkflowState(s.ctx, child); err != nil {
		return nil, err
	}
	again, err := s.run("Chain", id, 1)
	return map[string]any{"refused": refused.Error(), "child": child, "again": again}, err
}

func (s *session) raiseItems(id string, count int) error {
	for number := range count {
		if err := s.RaiseEvent(s.ctx, id, "Item", workflow.WithEventPayload(number+1)); err != nil {
			return err
		}
	}
	return nil
}

func carryFifo(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("Collector", id, collected{Wanted: generations, Items: []int{}}); err != nil {
		return nil, err
	}
	if err := s.raiseItems(id, generations); err != nil {
		return nil, err
	}
	return s.end(id)
}

func carryPairs(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("Pairs", id, paired{Wanted: pairs, Pairs: [][]int{}}); err != nil {
		return nil, err
	}
	if err := s.raiseItems(id, 2*pairs); err != nil {
		return nil, err
	}
	return s.end(id)
}

// All events at once, while each run takes one and begins anew.
func overloaded(s *session) (any, error) {
	id := fresh("go")
	if err := s.started("Collector", id, collected{Wanted: overload, Items: []int{}}); err != nil {
		return nil, err
	}
	raised := make([]error, overload)
	var raising sync.WaitGroup
	for number := range overload {
		raising.Add(1)
		go func() {
			defer raising.Done()
			raised[number] = s.RaiseEvent(s.ctx, id, "Item", workflow.WithEventPayload(number+1))
		}()
	}
	raising.Wait()
	if err := errors.Join(raised...); err != nil {
		return nil, err
	}
	return s.end(id)
}
