/** Sign-in, tokens, roles and what they may do. */
@NullMarked
package dev.millrace.dialect.nocobase.auth;

import org.jspecify.annotations.NullMarked;
