/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-channel.h"

G_BEGIN_DECLS

/* How many connections all accounts together may hold. Belongs to one thread. */
TernImapBudget *tern_imap_budget_new (guint most);
TernImapBudget *tern_imap_budget_ref (TernImapBudget *self);
void tern_imap_budget_unref (TernImapBudget *self);
void tern_imap_budget_add (TernImapBudget *self, TernImapChannel *channel);
void tern_imap_budget_remove (TernImapBudget *self, TernImapChannel *channel);
gboolean
tern_imap_budget_make_room (TernImapBudget *self, TernImapChannel *channel, gboolean may_take);
void tern_imap_budget_freed (TernImapBudget *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapBudget, tern_imap_budget_unref)

G_END_DECLS
