/**
 * The architecture as tests. Every rule says in its {@code because} why it stands and what to do
 * instead of breaking it. A rule that has to give way somewhere names the class and the reason; an
 * exception that is no longer needed fails the build as a violation does.
 */
@NullMarked
package dev.millrace.architecture;

import org.jspecify.annotations.NullMarked;
