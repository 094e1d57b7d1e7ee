/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-date.h"

#include <string.h>

static int
month_number (const char *name)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

  for (const char *p = months; *p != '\0'; p += 3)
    if (g_ascii_strncasecmp (p, name, 3) == 0)
      return (int) (p - months) / 3 + 1;
  return 0;
}

static gboolean
make_time (int year, int month, int day, int hour, int minute, int second, int zone, gint64 *time)
{
  gint64 days;
  int y, m;

  if (month == 0 || day < 1 || day > 31 || year < 1 || year > 9999 || hour < 0 || hour > 23 ||
      minute < 0 || minute > 59 || second < 0 || second > 60 || zone < -2400 || zone > 2400)
    return FALSE;
  /* Days since 1970 in the Gregorian calendar, with the year beginning in March. */
  y = month <= 2 ? year - 1 : year;
  m = month <= 2 ? month + 9 : month - 3;
  days = 365 * (gint64) y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
  *time =
      days * 86400 + hour * 3600 + minute * 60 + second - ((zone / 100) * 3600 + (zone % 100) * 60);
  return TRUE;
}

/* Steps over a number of at most @n digits; -1 where there is none. */
static int
take_digits (const char **text, guint n)
{
  int number = -1;

  for (; n > 0 && g_ascii_isdigit (**text); n--, (*text)++)
    number = MAX (number, 0) * 10 + (**text - '0');
  return number;
}

static int
digits (const char *text, guint n)
{
  return take_digits (&text, n);
}

/* `+0200`, or one of the names that RFC 5322 section 4.3 still allows. */
static int
parse_zone (const char *text)
{
  static const struct
  {
    const char *name;
    int zone;
  } zones[] = { { "EDT", -400 }, { "EST", -500 }, { "CDT", -500 }, { "CST", -600 },
                { "MDT", -600 }, { "MST", -700 }, { "PDT", -700 }, { "PST", -800 } };
  while (*text == ' ')
    text++;
  if (*text == '+' || *text == '-')
    {
      int zone = MAX (digits (text + 1, 4), 0);

      return *text == '-' ? -zone : zone;
    }
  for (guint i = 0; i < G_N_ELEMENTS (zones); i++)
    if (g_ascii_strncasecmp (text, zones[i].name, 3) == 0)
      return zones[i].zone;
  return 0;
}

/**
 * tern_imap_parse_date_time:
 * @text: (nullable): `dd-Mon-yyyy hh:mm:ss +zzzz`, the day padded by a space or not
 * @time: (out): seconds since 1970
 *
 * Reads a date-time of RFC 9051 section 9.
 *
 * Returns: whether @text is one
 */
gboolean
tern_imap_parse_date_time (const char *text, gint64 *time)
{
  static const char places[] = "-Jan-0000 00:00:00";
  const char *p = text;
  int day;

  if (text == NULL)
    return FALSE;
  while (*p == ' ')
    p++;
  day = take_digits (&p, 2);
  if (strlen (p) < strlen (places))
    return FALSE;
  for (gsize i = 0; places[i] != '\0'; i++)
    if (!g_ascii_isalnum (places[i]) ? p[i] != places[i]
                                     : g_ascii_isdigit (places[i]) != g_ascii_isdigit (p[i]))
      return FALSE;
  return make_time (digits (p + 5, 4), month_number (p + 1), day, digits (p + 10, 2),
                    digits (p + 13, 2), digits (p + 16, 2), parse_zone (p + strlen (places)), time);
}

/* Returns whether there was one of @characters at least. */
static gboolean
step_over (const char **text, const char *characters)
{
  gsize n = strspn (*text, characters);

  *text += n;
  return n > 0;
}

/* Steps over `hh:mm`; where there is none it is midnight. */
static gboolean
take_clock (const char **text, int *hour, int *minute)
{
  const char *p = *text;

  step_over (&p, " \t\r\n");
  *hour = take_digits (&p, 2);
  *minute = *hour >= 0 && *p == ':' ? (p++, take_digits (&p, 2)) : -1;
  if (*minute < 0)
    {
      *hour = *minute = 0;
      return FALSE;
    }
  *text = p;
  return TRUE;
}

/**
 * tern_imap_parse_header_date:
 * @text: (nullable): a Date field as an ENVELOPE gives it
 * @time: (out): seconds since 1970
 *
 * Reads a date of RFC 5322 section 3.3, also with the weekday, the seconds or the zone left out, or
 * with a year of two digits.
 *
 * Returns: whether @text is one
 */
gboolean
tern_imap_parse_header_date (const char *text, gint64 *time)
{
  const char *comma = text != NULL ? strchr (text, ',') : NULL;
  const char *p = comma != NULL ? comma + 1 : text;
  char month[4] = { 0 };
  int day, year, hour, minute, second = 0;

  if (p == NULL)
    return FALSE;
  step_over (&p, " \t\r\n");
  day = take_digits (&p, 2);
  if (day < 0 || !step_over (&p, " -"))
    return FALSE;
  for (guint i = 0; i < 3 && g_ascii_isalpha (*p); i++)
    month[i] = *p++;
  if (!step_over (&p, " -") || (year = take_digits (&p, 4)) < 0)
    return FALSE;
  if (take_clock (&p, &hour, &minute) && *p == ':')
    {
      const char *after = p + 1;
      int number = take_digits (&after, 2);

      second = MAX (number, 0);
      p = number >= 0 ? after : p;
    }
  if (year < 100)
    year += year < 50 ? 2000 : 1900;
  return make_time (year, month_number (month), day, hour, minute, second, parse_zone (p), time);
}
