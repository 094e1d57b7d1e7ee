/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-graph-tokens.h"

G_BEGIN_DECLS

/* Gives "token", or what it is told to give. */
#define TERN_TYPE_FAKE_TOKENS (tern_fake_tokens_get_type ())
G_DECLARE_FINAL_TYPE (TernFakeTokens, tern_fake_tokens, TERN, FAKE_TOKENS, GObject)

TernFakeTokens *tern_fake_tokens_new (void);
/* What is given now, and after that was refused; NULL: the sign-in is refused. */
void tern_fake_tokens_set (TernFakeTokens *self, const char *now, const char *then);
guint tern_fake_tokens_count_refused (TernFakeTokens *self);

G_END_DECLS
