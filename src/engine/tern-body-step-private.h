/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-runner-private.h"

G_BEGIN_DECLS

/* How letters are fetched in advance: a pass walks through a folder in steps. */

/* One walk through a folder, newest letters first. */
typedef struct
{
  gint64 folder_id;
  TernRowKey below; /* what stands below this is still to be looked at */
  GArray *singles;  /* gint64 message ids: letters of which the parts did not come as told */
  guint refused;    /* of those, one after the other */
  GPtrArray *tasks; /* GTask: wait for all letters of the folder; empty for the window only */
  GError *error;    /* the first letter that could not be had */
} TernBodyPass;

/* What is asked for at once. */
typedef struct
{
  TernRunner *runner;
  gint64 folder_id;
  char *folder;
  TernRowKey begin;   /* where the pass stood before */
  GPtrArray *letters; /* what the step wants of each letter */
  guint64 expected;
  guint64 received;
  gint64 started;
} TernBodyStep;

/* tern-runner-bodies.c */
void tern_body_pass_want_single (TernRunner *self, TernBodyPass *pass, gint64 id, guint64 size);
void tern_body_pass_take_step (TernBodyStep *step, GError *error);

/* tern-body-step.c */
TernBodyStep *tern_body_step_new (TernRunner *runner, TernFolder *folder, const TernBodyPass *pass);
void tern_body_step_free (TernBodyStep *step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernBodyStep, tern_body_step_free)
gboolean
tern_body_step_fill (TernBodyStep *step, TernBodyPass *pass, gboolean *is_end, GError **error);
gboolean tern_body_step_has_room (TernBodyStep *step, GError **error);
void tern_body_step_send (TernBodyStep *step);
void tern_body_step_want_singles (const TernBodyStep *step, TernBodyPass *pass);

G_END_DECLS
