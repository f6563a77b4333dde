package main

import (
	"github.com/dapr/durabletask-go/workflow"
)

// Workflows that show those below them what happened before: Ordering > Paying > the activity Audit.

func init() {
	scenarios["propagation"] = func(s *session) (any, error) { return s.run("Ordering", fresh("go"), 1) }
}

func addPropagation(registry *workflow.Registry) error {
	for name, flow := range map[string]workflow.Workflow{"Ordering": ordering, "Paying": paying} {
		if err := registry.AddWorkflowN(name, flow); err != nil {
			return err
		}
	}
	return registry.AddActivityN("Audit", audit)
}

func ordering(ctx *workflow.WorkflowContext) (any, error) {
	var number int
	if err := ctx.CallActivity("PlusOne", workflow.WithActivityInput(1)).Await(&number); err != nil {
		return nil, err
	}
	var shown any
	err := ctx.CallChildWorkflow("Paying",
		workflow.WithHistoryPropagation(workflow.PropagateLineage())).Await(&shown)
	return shown, err
}

func paying(ctx *workflow.WorkflowContext) (any, error) {
	var lineage, own, nothing any
	if err := ctx.CallActivity("Audit",
		workflow.WithHistoryPropagation(workflow.PropagateLineage())).Await(&lineage); err != nil {
		return nil, err
	}
	if err := ctx.CallActivity("Audit",
		workflow.WithHistoryPropagation(workflow.PropagateOwnHistory())).Await(&own); err != nil {
		return nil, err
	}
	if err := ctx.CallActivity("Audit").Await(&nothing); err != nil {
		return nil, err
	}
	return map[string]any{
		"child": names(ctx.GetPropagatedHistory()), "lineage": lineage, "own": own, "nothing": nothing,
	}, nil
}

func audit(ctx workflow.ActivityContext) (any, error) {
	return names(ctx.GetPropagatedHistory()), nil
}

func names(history *workflow.PropagatedHistory) []string {
	workflows := []string{}
	if history != nil {
		for _, one := range history.GetWorkflows() {
			workflows = append(workflows, one.Name)
		}
	}
	return workflows
}
