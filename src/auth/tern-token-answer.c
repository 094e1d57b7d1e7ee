/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-token-answer-private.h"

#include <string.h>

#include "tern-error.h"

#define MOST_TOKEN_BYTES (16 * 1024)
#define MOST_MESSAGE_BYTES 400
/* For a provider that does not say for how long its token is good, and the longest one is believed,
 * in seconds. */
#define USUAL_LIFE 600
#define MOST_LIFE (24 * 60 * 60)

G_DEFINE_BOXED_TYPE (TernTokenAnswer,
                     tern_token_answer,
                     tern_token_answer_ref,
                     tern_token_answer_unref)

/**
 * tern_token_answer_new:
 * @token: (nullable): an access token, of which a reference is taken
 * @refresh: (nullable): a refresh token
 *
 * Returns: (transfer full): a new answer
 */
TernTokenAnswer *
tern_token_answer_new (TernToken *token, const char *refresh)
{
  TernTokenAnswer *self = g_atomic_rc_box_new0 (TernTokenAnswer);

  self->token = token != NULL ? tern_token_ref (token) : NULL;
  self->refresh = g_strdup (refresh);
  return self;
}

/**
 * tern_token_answer_ref:
 * @self: an answer
 *
 * Returns: (transfer full): @self
 */
TernTokenAnswer *
tern_token_answer_ref (TernTokenAnswer *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
answer_clear (gpointer data)
{
  TernTokenAnswer *self = data;

  g_clear_pointer (&self->token, tern_token_unref);
  if (self->refresh != NULL)
    explicit_bzero ((char *) self->refresh, strlen (self->refresh));
  g_free ((char *) self->refresh);
}

/**
 * tern_token_answer_unref:
 * @self: (transfer full): an answer
 *
 * Gives up a reference; the last one wipes the tokens.
 */
void
tern_token_answer_unref (TernTokenAnswer *self)
{
  g_atomic_rc_box_release_full (self, answer_clear);
}

/* --- What an endpoint said --- */

/* Returns a member that is text; NULL for any other. */
const char *
tern_token_reply_get_text (const TernTokenReply *reply, const char *name)
{
  JsonNode *node = reply->object != NULL ? json_object_get_member (reply->object, name) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

/* Returns a member that is a time; some providers write it as text. */
guint
tern_token_reply_get_seconds (const TernTokenReply *reply, const char *name, guint otherwise)
{
  JsonNode *node = reply->object != NULL ? json_object_get_member (reply->object, name) : NULL;
  const char *text = tern_token_reply_get_text (reply, name);
  guint64 value = otherwise;

  if (text != NULL)
    {
      if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &value, NULL))
        value = otherwise;
    }
  else if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
           json_node_get_value_type (node) == G_TYPE_INT64 && json_node_get_int (node) >= 0)
    value = (guint64) json_node_get_int (node);
  return (guint) MIN (value, MOST_LIFE);
}

/* Tokens go into header lines and SASL messages: neither takes a space or a control character. */
static gboolean
is_token (const char *text)
{
  gsize length = 0;

  for (; text[length] != '\0'; length++)
    if (!g_ascii_isgraph (text[length]) || length >= MOST_TOKEN_BYTES)
      return FALSE;
  return length > 0;
}

/* The provider's own words, on one line and bounded. */
static char *
dup_message (const TernTokenReply *reply)
{
  const char *text = tern_token_reply_get_text (reply, "error_description");
  g_autofree char *line = NULL;
  const char *end;

  if (text == NULL || *text == '\0')
    text = tern_token_reply_get_text (reply, "error");
  if (text == NULL || *text == '\0')
    return g_strdup_printf ("the provider answered with status %u", reply->status);
  line = g_strndup (text, MIN (strcspn (text, "\r\n"), MOST_MESSAGE_BYTES));
  if (!g_utf8_validate (line, -1, &end))
    line[end - line] = '\0';
  for (char *p = line; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  return g_steal_pointer (&line);
}

/* Codes of RFC 6749 section 5.2, of OpenID Connect and of RFC 8628 after which only the user can
 * help. */
static gboolean
wants_user (const char *code)
{
  static const char *const codes[] = {
    "invalid_grant",
    "interaction_required",
    "login_required",
    "consent_required",
    "account_selection_required",
    "access_denied",
    "expired_token",
    NULL,
  };

  return g_strv_contains (codes, code);
}

/* Makes an error of a reply that is no success: TERN_ERROR_AUTH where the user must sign in,
 * TERN_ERROR_BUSY where the provider has trouble or wants to be left alone, TERN_ERROR_PERMISSION
 * where it refuses what was asked, TERN_ERROR_PROTOCOL where it makes no sense. */
GError *
tern_token_answer_make_error (const TernTokenReply *reply)
{
  const char *code = tern_token_reply_get_text (reply, "error");
  g_autofree char *message = dup_message (reply);
  g_autofree char *seconds = NULL;
  GError *error;

  if (reply->status == 429 || reply->status >= 500 ||
      g_strcmp0 (code, "temporarily_unavailable") == 0 || g_strcmp0 (code, "server_error") == 0)
    {
      error = g_error_new_literal (TERN_ERROR, TERN_ERROR_BUSY, message);
      if (reply->retry_after > 0)
        {
          seconds = g_strdup_printf ("%u", reply->retry_after);
          tern_error_set_detail (error, seconds);
        }
      return error;
    }
  if (code == NULL)
    return g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL, message);
  return g_error_new_literal (TERN_ERROR,
                              wants_user (code) ? TERN_ERROR_AUTH : TERN_ERROR_PERMISSION, message);
}

static TernTokenAnswer *
malformed (GError **error, const char *problem)
{
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_PROTOCOL, problem);
  return NULL;
}

/* Reads what a token endpoint gives out (RFC 6749 section 5). */
TernTokenAnswer *
tern_token_answer_read (const TernTokenReply *reply, GError **error)
{
  const char *access = tern_token_reply_get_text (reply, "access_token");
  const char *refresh = tern_token_reply_get_text (reply, "refresh_token");
  const char *type = tern_token_reply_get_text (reply, "token_type");
  g_autoptr (TernToken) token = NULL;

  if (reply->status != 200 || tern_token_reply_get_text (reply, "error") != NULL)
    {
      g_propagate_error (error, tern_token_answer_make_error (reply));
      return NULL;
    }
  if (access == NULL || !is_token (access))
    return malformed (error, "the provider's answer holds no access token");
  if (refresh != NULL && *refresh == '\0')
    refresh = NULL;
  if (refresh != NULL && !is_token (refresh))
    return malformed (error, "the provider's refresh token is malformed");
  if (type != NULL && g_ascii_strcasecmp (type, "Bearer") != 0)
    return malformed (error, "the provider's token is of an unknown type");
  token = tern_token_new (access, tern_token_reply_get_text (reply, "scope"),
                          tern_token_reply_get_seconds (reply, "expires_in", USUAL_LIFE));
  return tern_token_answer_new (token, refresh);
}
