/** Workers that run code workflows and their activities: who is connected, who has what. */
@NullMarked
package dev.millrace.runtime.worker;

import org.jspecify.annotations.NullMarked;
