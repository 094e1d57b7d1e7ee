/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-session-private.h"

#include <string.h>

#include "tern-imap-limits.h"

/* The mechanism by which the server takes a token; NULL for none. Every server that takes one knows
 * XOAUTH2; few know the standard's OAUTHBEARER. */
const char *
tern_imap_session_get_token_mechanism (TernImapSession *self)
{
  if (tern_imap_session_has (self, "AUTH=XOAUTH2"))
    return "XOAUTH2";
  return tern_imap_session_has (self, "AUTH=OAUTHBEARER") ? "OAUTHBEARER" : NULL;
}

/* https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 */
static char *
make_xoauth2 (const char *user, const char *token)
{
  return g_strdup_printf ("user=%s\001auth=Bearer %s\001\001", user, token);
}

/* RFC 7628 section 3.1, the user as RFC 5801 section 4 spells it. */
static char *
make_oauthbearer (TernImapSession *self, const char *user, const char *token)
{
  const TernEndpoint *endpoint = tern_transport_get_endpoint (self->transport);
  g_autoptr (GString) name = g_string_new (user);

  g_string_replace (name, "=", "=3D", 0);
  g_string_replace (name, ",", "=2C", 0);
  return g_strdup_printf ("n,a=%s,\001host=%s\001port=%u\001auth=Bearer %s\001\001", name->str,
                          endpoint->host, endpoint->port, token);
}

/* The server's words about a token, made fit for one line. */
static char *
decode (const char *base64)
{
  g_autofree char *start = g_strndup (base64, TERN_IMAP_MAX_WORDS);
  gsize length;
  g_autofree guchar *bytes = g_base64_decode (start, &length);
  char *text = g_utf8_make_valid ((const char *) bytes, (gssize) length);

  for (char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  return text;
}

/* The server refuses the token: what it says of it comes as a challenge, and NO follows the answer
 * to that (RFC 7628 section 3.2.3; an empty line for XOAUTH2). Where commands left with the
 * sign-in, the first of them was the answer. */
static gboolean
take_challenge (TernImapCommand *self, const TernImapResponse *response)
{
  const char *text = response->n_nodes > 1 ? tern_imap_response_get_string (response, 1) : NULL;
  TernImapSession *session = self->session;

  if (self->data != NULL || session->signing_in != self)
    return FALSE;
  self->data = decode (text != NULL ? text : "");
  if (g_queue_peek_tail (&session->pending) == self)
    {
      tern_imap_command_add (self, "%s", self->is_standard ? "AQ==" : "");
      tern_imap_command_wait (self);
      tern_imap_session_send_next_line (session, self);
    }
  return TRUE;
}

/* Adds AUTHENTICATE with a token. */
void
tern_imap_command_add_token (TernImapCommand *self, const char *user, const char *token)
{
  const char *mechanism = tern_imap_session_get_token_mechanism (self->session);
  g_autofree char *text = NULL;
  g_autofree char *base64 = NULL;

  self->is_standard = strcmp (mechanism, "OAUTHBEARER") == 0;
  text = self->is_standard ? make_oauthbearer (self->session, user, token)
                           : make_xoauth2 (user, token);
  base64 = g_base64_encode ((const guchar *) text, strlen (text));
  tern_imap_command_add (self, "AUTHENTICATE %s", mechanism);
  if (tern_imap_session_has (self->session, "SASL-IR"))
    tern_imap_command_add (self, " ");
  else
    tern_imap_command_wait (self);
  tern_imap_command_add (self, "%s", base64);
  self->challenge = take_challenge;
  self->free_data = g_free;
}
