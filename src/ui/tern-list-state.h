/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-folder.h"
#include "tern-status.h"

G_BEGIN_DECLS

/**
 * TernListState:
 * @icon: its picture
 * @title: what happened
 * @description: (nullable): what it means for the mail
 * @button: (nullable): the label of the one thing to do
 * @action: (nullable): the action that does it
 * @error: (nullable): what the technical line is made from
 * @is_calm: whether nothing is wrong
 *
 * What is said in place of a list, or above one. The strings are in the user's language.
 */
typedef struct
{
  const char *icon;
  char *title;
  char *description;
  const char *button;
  const char *action;
  const GError *error;
  gboolean is_calm;
} TernListState;

void tern_list_state_free (TernListState *self);
TernListState *tern_list_state_for_page (gboolean has_accounts,
                                         const TernFolder *folder,
                                         const TernStatus *status,
                                         const char *server);
TernListState *
tern_list_state_for_bar (const TernStatus *status, const char *server, gboolean has_struck_out);
TernListState *
tern_list_state_for_search (gboolean is_asking, const GError *error, const char *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernListState, tern_list_state_free)

G_END_DECLS
