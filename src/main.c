/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "tern-application.h"
#include "tern-trace.h"

int
main (int argc, char **argv)
{
  g_autoptr (TernApplication) application = NULL;

  tern_trace_init ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TERN_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = tern_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
