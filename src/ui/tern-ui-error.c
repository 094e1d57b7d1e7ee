/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-ui-error.h"

#include <glib/gi18n.h>

#include "tern-error.h"

static const char *
sentence_for_tern (int code)
{
  switch ((TernError) code)
    {
    case TERN_ERROR_INVALID:
      return _ ("Something in what was entered is not right.");
    case TERN_ERROR_AUTH:
      /* Translators: %s is a server's name. */
      return _ ("%s did not accept the sign-in.");
    case TERN_ERROR_PERMISSION:
      return _ ("%s does not allow this for your account.");
    case TERN_ERROR_CERTIFICATE:
      return _ ("%s could not prove that it is the right server.");
    case TERN_ERROR_BUSY:
      return _ ("%s is busy at the moment; Tern tries again by itself.");
    case TERN_ERROR_PROTOCOL:
      return _ ("%s gave an answer that makes no sense.");
    case TERN_ERROR_LIMIT:
      return _ ("%s sent more than Tern is willing to take.");
    case TERN_ERROR_REFUSED:
      return _ ("%s refused to do it.");
    case TERN_ERROR_GONE:
      return _ ("It is not there any more.");
    case TERN_ERROR_UNSUPPORTED:
      return _ ("%s cannot do this.");
    case TERN_ERROR_OFFLINE:
      return _ ("Couldn’t reach %s.");
    case TERN_ERROR_STORAGE:
      return _ ("The mail couldn’t be written to the disk; it may be full.");
    case TERN_ERROR_SECRET:
      return _ ("The keyring did not give the password.");
    case TERN_ERROR_LOCKED:
      return _ ("Another Tern is using this mail.");
    default:
      return NULL;
    }
}

static const char *
sentence_for_io (int code)
{
  switch (code)
    {
    case G_IO_ERROR_TIMED_OUT:
      return _ ("%s did not answer in time.");
    case G_IO_ERROR_CONNECTION_REFUSED:
      return _ ("%s does not answer at this port.");
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return _ ("There is no way to %s; the network may be down.");
    case G_IO_ERROR_NO_SPACE:
      return _ ("The disk is full.");
    case G_IO_ERROR_PERMISSION_DENIED:
      return _ ("This file must not be written.");
    default:
      return _ ("The connection to %s broke.");
    }
}

/**
 * tern_error_to_sentence:
 * @error: what happened
 * @server: (nullable): the server that it is about, as the user knows it
 *
 * Says in one translated sentence what happened, made from the error's code alone. What it means
 * for the mail and what to do is for the place that shows it.
 *
 * Returns: (transfer full): the sentence
 */
char *
tern_error_to_sentence (const GError *error, const char *server)
{
  const char *format = NULL;
  g_auto (GStrv) parts = NULL;

  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_INVALID) &&
      g_strcmp0 (tern_error_get_detail (error), "client-id") == 0)
    format =
        _ ("This copy of Tern has no client id for the provider; enter one in the preferences, the "
           "manual tells how to get it.");
  else if (g_error_matches (error, TERN_ERROR, TERN_ERROR_INVALID) &&
           g_strcmp0 (tern_error_get_detail (error), "providers") == 0)
    format = _ ("Your own list of providers has a mistake, so that Tern goes on without it.");
  else if (error->domain == TERN_ERROR)
    format = sentence_for_tern (error->code);
  else if (error->domain == G_IO_ERROR)
    format = sentence_for_io (error->code);
  else if (error->domain == G_RESOLVER_ERROR)
    /* Translators: %s is a server's name. */
    format = _ ("There is no server with the name %s.");
  else if (error->domain == G_TLS_ERROR)
    format = _ ("No safe connection to %s could be made.");
  if (format == NULL)
    format = _ ("Something went wrong.");

  /* A translation decides where the name stands, and is not trusted to be a format. */
  parts = g_strsplit (format, "%s", 2);
  /* Translators: stands in these sentences for the %s where the server's name is not known. */
  return g_strjoinv (server != NULL ? server : _ ("the server"), parts);
}

/**
 * tern_error_to_technical:
 * @error: what happened
 *
 * Returns: (transfer full): the line for a bug report
 */
char *
tern_error_to_technical (const GError *error)
{
  return g_strdup_printf ("%s (%s %d)", error->message, g_quark_to_string (error->domain),
                          error->code);
}

/**
 * tern_fingerprint_to_text:
 * @fingerprint: hexadecimal digits
 *
 * Returns: (transfer full): the digits in groups of four, eight groups a line, for reading aloud
 */
char *
tern_fingerprint_to_text (const char *fingerprint)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; fingerprint[i] != '\0'; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (text, i % 32 == 0 ? '\n' : ' ');
      g_string_append_c (text, g_ascii_toupper (fingerprint[i]));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
