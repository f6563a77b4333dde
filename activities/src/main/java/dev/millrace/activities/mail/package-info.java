/** The activity {@code mail}: sending over SMTP. */
@NullMarked
package dev.millrace.activities.mail;

import org.jspecify.annotations.NullMarked;
