/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The step of every channel for what another one was asked for and may have done: it is looked for
 * in the target, among all that there is, before it is asked for here. */
#define TERN_STEP_ELSEWHERE "elsewhere"

/**
 * TernOutcome:
 * @step: (nullable): this is not the end: to be kept durably, with @moved and @refused, and then
 *   given to the next tern_channel_apply_async(); opaque
 * @moved: (element-type utf8 utf8): for MOVE and COPY, the remote ids that the server told for the
 *   target, by their old ones; for RENAME_FOLDER those of the folder and of all below it
 * @created: (nullable): for CREATE_FOLDER the remote id of the folder; for APPEND that of the
 *   letter, where the server told it
 * @refused: (element-type utf8): messages that the server would not change, while it did change the
 *   others
 * @error: (nullable): why, where there are such
 * @struck_out: the server cannot remove exactly these messages (RFC 4315 is missing): they stay in
 *   their folder, marked as deleted
 *
 * What the server did of a change.
 */
typedef struct
{
  char *step;
  GHashTable *moved;
  char *created;
  GPtrArray *refused;
  GError *error;
  gboolean struck_out;
} TernOutcome;

TernOutcome *tern_outcome_new (void);
void tern_outcome_free (TernOutcome *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernOutcome, tern_outcome_free)

G_END_DECLS
