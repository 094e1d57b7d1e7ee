/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-channel-state.h"

G_BEGIN_DECLS

/* How long the channel that worked is used without a look at the others, and how long one that was
 * refused is left alone (µs). */
#define TERN_ROUTER_TTL (60 * 60 * (gint64) G_USEC_PER_SEC)

typedef struct _TernRouter TernRouter;

TernRouter *tern_router_new (const char *const *channels);
void tern_router_free (TernRouter *self);
void tern_router_load (TernRouter *self, GPtrArray *states);
GPtrArray *tern_router_list_states (const TernRouter *self);
void tern_router_begin (TernRouter *self);
const char *tern_router_next (TernRouter *self, gint64 now);
gboolean tern_router_is_left (const TernRouter *self, const char *channel, gint64 now);
gboolean tern_router_has_channel (const TernRouter *self, const char *channel);
gboolean tern_router_has_choice (const TernRouter *self);
gboolean tern_router_postpone (TernRouter *self, const char *channel, gint64 now);
void tern_router_succeed (TernRouter *self, const char *channel, gint64 now);
gboolean tern_router_fail (TernRouter *self, const char *channel, const GError *error, gint64 now);
void tern_router_forget (TernRouter *self);
char *tern_router_dup_reasons (const TernRouter *self);
GError *tern_router_dup_error (const TernRouter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernRouter, tern_router_free)

G_END_DECLS
