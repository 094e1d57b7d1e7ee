/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-ui-format.h"

#include <glib/gi18n.h>
#include <langinfo.h>
#include <string.h>

/* Seconds are noise in a list, so the locale's own time format is asked only whether it has twelve
 * hours. */
static const char *
time_format (void)
{
  const char *format = nl_langinfo (T_FMT);

  if (strstr (format, "%r") != NULL || strstr (format, "%I") != NULL ||
      strstr (format, "%l") != NULL || strstr (format, "%p") != NULL)
    return "%-l:%M %p";
  return "%H:%M";
}

static int
days_between (GDateTime *earlier, GDateTime *later)
{
  GDate a, b;
  int year, month, day;

  g_date_time_get_ymd (earlier, &year, &month, &day);
  g_date_clear (&a, 1);
  g_date_set_dmy (&a, (GDateDay) day, month, (GDateYear) year);
  g_date_time_get_ymd (later, &year, &month, &day);
  g_date_clear (&b, 1);
  g_date_set_dmy (&b, (GDateDay) day, month, (GDateYear) year);
  return g_date_days_between (&a, &b);
}

/**
 * tern_format_row_time:
 * @unix_time: seconds since 1970
 * @now: the time it is
 *
 * Formats a time as short as it is still clear: the time today, the weekday within a week, else the
 * date.
 *
 * Returns: (transfer full): the text
 */
char *
tern_format_row_time (gint64 unix_time, GDateTime *now)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (unix_time);
  g_autoptr (GDateTime) local = NULL;
  int days;

  if (utc == NULL)
    return g_strdup ("");
  local = g_date_time_to_timezone (utc, g_date_time_get_timezone (now));
  days = days_between (local, now);
  if (days == 0)
    return g_date_time_format (local, time_format ());
  if (days > 0 && days < 7)
    /* Translators: a day of the last week, as short as it is usual; see strftime. */
    return g_date_time_format (local, _ ("%a"));
  if (g_date_time_get_year (local) == g_date_time_get_year (now))
    /* Translators: a day of this year, as short as it is usual; see strftime. */
    return g_date_time_format (local, _ ("%-e %b"));
  /* Translators: a day of another year, as short as it is usual; see strftime. */
  return g_date_time_format (local, _ ("%-e %b %Y"));
}

/**
 * tern_format_full_time:
 * @unix_time: seconds since 1970
 *
 * Returns: (transfer full): the whole date and time in the user's locale and zone
 */
char *
tern_format_full_time (gint64 unix_time)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (unix_time);

  return local != NULL ? g_date_time_format (local, "%c") : g_strdup ("");
}

/**
 * tern_format_age:
 * @real_time: when something was, µs of real time
 * @now: the time it is, µs of real time
 *
 * Returns: (transfer full): how long ago that was, in words
 */
char *
tern_format_age (gint64 real_time, gint64 now)
{
  gint64 seconds = MAX (now - real_time, 0) / G_USEC_PER_SEC;
  gulong minutes = (gulong) seconds / 60, hours = minutes / 60, days = hours / 24;

  if (minutes == 0)
    return g_strdup (_ ("just now"));
  if (hours == 0)
    return g_strdup_printf (ngettext ("%lu min ago", "%lu min ago", minutes), minutes);
  if (days == 0)
    return g_strdup_printf (ngettext ("%lu h ago", "%lu h ago", hours), hours);
  return g_strdup_printf (ngettext ("%lu day ago", "%lu days ago", days), days);
}

static char *
join_people (GPtrArray *people, const char *nobody)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; people != NULL && i < people->len && i < 3; i++)
    {
      if (i > 0)
        /* Translators: between the names of two people. */
        g_string_append (names, _ (", "));
      g_string_append (names, tern_address_get_display (g_ptr_array_index (people, i)));
    }
  if (names->len == 0)
    return g_strdup (nobody);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/**
 * tern_format_senders:
 * @message: a message
 *
 * Returns: (transfer full): who wrote it, as a list shows it
 */
char *
tern_format_senders (const TernMessage *message)
{
  return join_people (message->from, _ ("Unknown sender"));
}

/**
 * tern_format_recipients:
 * @message: a message
 *
 * Returns: (transfer full): to whom it was written, as a list shows it
 */
char *
tern_format_recipients (const TernMessage *message)
{
  return join_people (message->to, _ ("Nobody yet"));
}

/**
 * tern_format_subject:
 * @message: a message
 *
 * Returns: (transfer none): its subject, or words for none
 */
const char *
tern_format_subject (const TernMessage *message)
{
  return message->subject != NULL && *message->subject != '\0' ? message->subject
                                                               : _ ("No subject");
}

/**
 * tern_format_host:
 * @url: a web address
 *
 * Formats the host of an address so that nothing can look like it that is another one: a name in
 * another script is shown in its ASCII form.
 *
 * Returns: (transfer full): the host; the whole address where it has none
 */
char *
tern_format_host (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  char *ascii = host != NULL ? g_hostname_to_ascii (host) : NULL;

  return ascii != NULL ? ascii : g_strdup (url);
}

/**
 * tern_format_folder:
 * @folder: a folder
 *
 * Returns: (transfer none): its name; in the user's language where it has a role
 */
const char *
tern_format_folder (const TernFolder *folder)
{
  switch (folder->role)
    {
    case TERN_FOLDER_ROLE_INBOX:
      return C_ ("folder", "Inbox");
    case TERN_FOLDER_ROLE_DRAFTS:
      return C_ ("folder", "Drafts");
    case TERN_FOLDER_ROLE_SENT:
      return C_ ("folder", "Sent");
    case TERN_FOLDER_ROLE_ARCHIVE:
      return C_ ("folder", "Archive");
    case TERN_FOLDER_ROLE_JUNK:
      return C_ ("folder", "Junk");
    case TERN_FOLDER_ROLE_TRASH:
      return C_ ("folder", "Trash");
    case TERN_FOLDER_ROLE_ALL:
      return C_ ("folder", "All mail");
    case TERN_FOLDER_ROLE_FLAGGED:
      return C_ ("folder", "Starred");
    case TERN_FOLDER_ROLE_NONE:
    default:
      return folder->name;
    }
}

/**
 * tern_format_folder_icon:
 * @folder: a folder
 *
 * Returns: (transfer none): the name of its icon
 */
const char *
tern_format_folder_icon (const TernFolder *folder)
{
  switch (folder->role)
    {
    case TERN_FOLDER_ROLE_INBOX:
      return "tern-inbox-symbolic";
    case TERN_FOLDER_ROLE_DRAFTS:
      return "document-edit-symbolic";
    case TERN_FOLDER_ROLE_SENT:
      return "mail-send-symbolic";
    case TERN_FOLDER_ROLE_ARCHIVE:
      return "tern-archive-symbolic";
    case TERN_FOLDER_ROLE_JUNK:
      return "mail-mark-junk-symbolic";
    case TERN_FOLDER_ROLE_TRASH:
      return "user-trash-symbolic";
    case TERN_FOLDER_ROLE_ALL:
      return "folder-documents-symbolic";
    case TERN_FOLDER_ROLE_FLAGGED:
      return "starred-symbolic";
    case TERN_FOLDER_ROLE_NONE:
    default:
      return "folder-symbolic";
    }
}
