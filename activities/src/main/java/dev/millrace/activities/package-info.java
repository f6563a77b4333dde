/** The activities that come with the server. */
@NullMarked
package dev.millrace.activities;

import org.jspecify.annotations.NullMarked;
