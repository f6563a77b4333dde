// Runs one job inside the sandbox. Takes the bridge to the host away before the script starts and keeps
// the built-in functions it needs, so that a script can break only itself.
(function () {
  'use strict';
  const invoke = java_invoke;
  const { parse, stringify } = JSON;
  const MakeFunction = Function;
  const Failure = Error;
  const PromiseType = Promise;
  const text = String;
  delete globalThis.java_invoke;
  delete globalThis.Javy;
  delete globalThis.plugin;

  const job = parse(parse(invoke('millrace', 'job', '[]')));
  const send = (answer) => invoke('millrace', 'done', stringify([answer]));

  const succeed = (value) => {
    let json = stringify(value);
    if (json === undefined) json = 'null';
    send(json.length > job.outputLimit ? '{"tooLarge":' + json.length + '}' : '{"value":' + json + '}');
  };

  const fail = (thrown) => {
    let name = 'Error';
    let message = '';
    try {
      if (thrown instanceof Failure) {
        name = text(thrown.name);
        message = text(thrown.message);
      } else {
        message = typeof thrown === 'object' ? text(stringify(thrown)) : text(thrown);
      }
    } catch (ignored) {
      message = 'the thrown value cannot be read';
    }
    send(stringify({ error: name.slice(0, 100), message: message.slice(0, 10000) }));
  };

  try {
    for (const name in job.globals) globalThis[name] = job.globals[name];
    const result = MakeFunction(job.code).call(globalThis);
    if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
      PromiseType.resolve(result).then(succeed).then(undefined, fail);
    } else {
      succeed(result);
    }
  } catch (thrown) {
    fail(thrown);
  }
})();
