/** Requests of NocoBase's workflow API as resource, action and parameters; answers in envelopes. */
@NullMarked
package dev.millrace.dialect.nocobase.http;

import org.jspecify.annotations.NullMarked;
