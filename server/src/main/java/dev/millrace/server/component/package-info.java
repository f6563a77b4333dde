/** Workflow components: their files, what is wrong with them, and the components they name. */
@NullMarked
package dev.millrace.server.component;

import org.jspecify.annotations.NullMarked;
