/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-token-answer.h"
#include "tern-token-client-private.h"

G_BEGIN_DECLS

TernTokenAnswer *tern_token_answer_read (const TernTokenReply *reply, GError **error);
GError *tern_token_answer_make_error (const TernTokenReply *reply);
const char *tern_token_reply_get_text (const TernTokenReply *reply, const char *name);
guint tern_token_reply_get_seconds (const TernTokenReply *reply, const char *name, guint otherwise);

G_END_DECLS
