// A Dapr application: a workflow worker and a client that runs named scenarios.
//
// Arguments are scenario names; without arguments the names are read from standard input, one a
// line, until it ends. For each name one line of JSON goes to standard output: {"scenario",
// "result"} or {"scenario", "error"}. The first line, {"ready": true}, says that the worker has been
// started. The server is found as every Dapr application finds its sidecar: by DAPR_GRPC_PORT.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dapr/durabletask-go/workflow"
	"github.com/dapr/go-sdk/client"
	"github.com/google/uuid"
)

const patience = 40 * time.Second

func main() {
	client.SetLogger(nil)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	registry, err := newRegistry()
	if err != nil {
		return err
	}
	workflows, err := client.NewWorkflowClient()
	if err != nil {
		return fmt.Errorf("no server: %w", err)
	}
	working, stop := context.WithCancel(context.Background())
	defer stop()
	if err := workflows.StartWorker(working, registry); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	report(map[string]any{"ready": true})
	if names := os.Args[1:]; len(names) > 0 {
		for _, name := range names {
			perform(workflows, name)
		}
		return nil
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		perform(workflows, strings.TrimSpace(lines.Text()))
	}
	return lines.Err()
}

func perform(workflows *workflow.Client, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	scenario, known := scenarios[name]
	if !known {
		report(map[string]any{"scenario": name, "error": "no such scenario"})
		return
	}
	result, err := scenario(&session{Client: workflows, ctx: ctx})
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
