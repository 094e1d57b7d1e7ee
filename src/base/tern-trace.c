/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tern-json-writer.h"

static int trace_fd = -1;
static gint64 start_time;

/* The process started before main() did: /proc tells when, in clock ticks since boot. */
static gint64
process_start_time (void)
{
  g_autofree char *stat = NULL;
  const char *p;
  guint64 ticks = 0;
  struct timespec boot, mono;

  if (!g_file_get_contents ("/proc/self/stat", &stat, NULL, NULL) ||
      (p = strrchr (stat, ')')) == NULL ||
      sscanf (p + 2,
              "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
              "%" G_GUINT64_FORMAT,
              &ticks) != 1 ||
      clock_gettime (CLOCK_BOOTTIME, &boot) != 0 || clock_gettime (CLOCK_MONOTONIC, &mono) != 0)
    return g_get_monotonic_time ();

  return (gint64) (ticks * G_USEC_PER_SEC / (guint64) sysconf (_SC_CLK_TCK)) -
         ((boot.tv_sec - mono.tv_sec) * G_USEC_PER_SEC + (boot.tv_nsec - mono.tv_nsec) / 1000);
}

/**
 * tern_trace_init:
 *
 * Opens the trace that the environment variable `TERN_TRACE` names, for appending, with mode 0600,
 * and writes `process.start`. Without the variable nothing is ever written. Called once, first in
 * main().
 */
void
tern_trace_init (void)
{
  const char *path = g_getenv ("TERN_TRACE");

  if (path == NULL || *path == '\0' || trace_fd >= 0)
    return;

  start_time = process_start_time ();
  trace_fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (trace_fd < 0)
    {
      g_warning ("Cannot write the trace to %s: %s", path, g_strerror (errno));
      return;
    }
  tern_trace ("process.start", TERN_TRACE_INT ("pid", getpid ()));
}

/**
 * tern_trace_is_enabled:
 *
 * Returns: whether a trace is being written
 */
gboolean
tern_trace_is_enabled (void)
{
  return trace_fd >= 0;
}

/**
 * tern_trace_now:
 *
 * Returns: microseconds on the trace's clock, which starts with the process
 */
gint64
tern_trace_now (void)
{
  return g_get_monotonic_time () - start_time;
}

/**
 * tern_trace_write:
 * @event: the event's name; docs/architecture.md lists them
 * @fields: its members, ended by one without a name
 *
 * Appends one line; use the macro tern_trace(). A line is one write(), so threads do not mix
 * theirs. No address, subject, password or token is ever given to it.
 */
void
tern_trace_write (const char *event, const TernTraceField *fields)
{
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();
  g_autofree char *text = NULL;
  gsize length;

  tern_json_writer_begin_object (writer);
  tern_json_writer_key (writer, "t");
  tern_json_writer_int (writer, tern_trace_now ());
  tern_json_writer_key (writer, "ev");
  tern_json_writer_string (writer, event);
  for (; fields->name != NULL; fields++)
    {
      tern_json_writer_key (writer, fields->name);
      if (fields->string != NULL)
        tern_json_writer_string (writer, fields->string);
      else if (fields->is_double)
        tern_json_writer_double (writer, fields->number);
      else
        tern_json_writer_int (writer, (gint64) fields->number);
    }
  tern_json_writer_end_object (writer);

  text = tern_json_writer_steal (writer, &length);
  text[length] = '\n'; /* in place of the terminator, so that the line is one write */
  if (write (trace_fd, text, length + 1) < 0)
    g_debug ("trace: %s", g_strerror (errno));
}
