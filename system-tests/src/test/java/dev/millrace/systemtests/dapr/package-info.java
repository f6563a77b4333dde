/** Tests of the Dapr workflow API with the published SDKs and by plain HTTP. */
@NullMarked
package dev.millrace.systemtests.dapr;

import org.jspecify.annotations.NullMarked;
