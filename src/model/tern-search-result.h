/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-message.h"

G_BEGIN_DECLS

/**
 * TernSearchProblem:
 * @account_id: the account
 * @error: why its server was not asked, or not to the end
 */
typedef struct
{
  gint64 account_id;
  GError *error;
} TernSearchProblem;

#define TERN_TYPE_SEARCH_RESULT (tern_search_result_get_type ())

/**
 * TernSearchResult:
 * @messages: (element-type TernMessage): what was found, newest first, each message once
 * @problems: (element-type TernSearchProblem): servers of which more may be missing
 * @is_truncated: whether there may be more than was asked for
 *
 * What a search found. Immutable once shared, reference-counted; may cross threads.
 */
typedef struct
{
  GPtrArray *messages;
  GPtrArray *problems;
  gboolean is_truncated;
} TernSearchResult;

GType tern_search_result_get_type (void);
TernSearchResult *tern_search_result_new (void);
TernSearchResult *tern_search_result_ref (TernSearchResult *self);
void tern_search_result_unref (TernSearchResult *self);
void tern_search_result_add (TernSearchResult *self, TernMessage *message);
void
tern_search_result_add_problem (TernSearchResult *self, gint64 account_id, const GError *error);
void tern_search_result_join (TernSearchResult *self, const TernSearchResult *other);
void tern_search_result_arrange (TernSearchResult *self, guint limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernSearchResult, tern_search_result_unref)

G_END_DECLS
