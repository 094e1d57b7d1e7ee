/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-folder-menu.h"

#include <glib/gi18n.h>

static void
add (GMenu *menu, const char *label, const char *action, gint64 id)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "x", id);
  g_menu_append_item (menu, item);
}

static void
add_section (GMenu *menu, GMenu *section)
{
  if (g_menu_model_get_n_items (G_MENU_MODEL (section)) > 0)
    g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
}

/* What concerns the letters in a folder. */
static GMenu *
letters_section (const TernFolder *folder)
{
  GMenu *section = g_menu_new ();

  if (!folder->selectable)
    return section;
  add (section, _ ("_Mark all as read"), "win.folder-read", folder->id);
  add (section, _ ("_Compact"), "win.folder-compact", folder->id);
  if (folder->role == TERN_FOLDER_ROLE_TRASH)
    add (section, _ ("_Empty Trash…"), "win.folder-empty", folder->id);
  else if (folder->role == TERN_FOLDER_ROLE_JUNK)
    add (section, _ ("_Empty Junk…"), "win.folder-empty", folder->id);
  return section;
}

/* What concerns the folder itself. Folders that are for something keep their names, and stay. */
static GMenu *
folder_section (const TernFolder *folder)
{
  GMenu *section = g_menu_new ();

  add (section, _ ("_New folder inside…"), "win.folder-new", folder->id);
  if (folder->role != TERN_FOLDER_ROLE_NONE)
    return section;
  add (section, _ ("_Rename…"), "win.folder-rename", folder->id);
  add (section, folder->subscribed ? _ ("_Unsubscribe") : _ ("_Subscribe"), "win.folder-subscribe",
       folder->id);
  add (section, _ ("_Delete folder…"), "win.folder-delete", folder->id);
  return section;
}

/**
 * tern_folder_menu_new:
 * @account: an account
 * @folder: (nullable): one of its folders; %NULL for the account itself
 *
 * Makes the menu of what can be done with a folder, or with an account.
 *
 * Returns: (transfer full): the menu
 */
GMenuModel *
tern_folder_menu_new (const TernAccount *account, const TernFolder *folder)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) all = g_menu_new ();

  if (folder != NULL)
    {
      g_autoptr (GMenu) letters = letters_section (folder);
      g_autoptr (GMenu) own = folder_section (folder);

      add_section (menu, letters);
      add_section (menu, own);
    }
  else
    {
      g_autoptr (GMenu) own = g_menu_new ();

      add (own, _ ("_New folder…"), "win.folder-new-top", account->id);
      add_section (menu, own);
    }
  g_menu_append (all, _ ("Show _all folders"), "win.show-all-folders");
  add_section (menu, all);
  return G_MENU_MODEL (menu);
}
