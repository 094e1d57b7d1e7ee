#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shortcuts window shows every key that the sources bind, and none that nothing is bound to."""
import re
import xml.etree.ElementTree as ElementTree

import project

OVERLAY = "src/ui/gtk/help-overlay.ui"
# Keys for the same as another one, which is shown.
ALIASES = {"<control>equal": "<control>plus", "KP_Enter": "Return", "KP_Delete": "Delete",
           "<control>KP_Add": "<control>plus", "<control>KP_Subtract": "<control>minus",
           "<control>KP_0": "<control>0"}
# Bound by GTK, or by the code of a key instead of by a table.
ELSEWHERE = {"<control>a", "<shift>Down", "<shift>Up", "Left", "Right", "F10", "<control>question",
             "g+i", "g+s", "g+d"}


def spelled(key):
    """The modifiers in lower case and in one order; a capital letter is Shift with the small one."""
    modifiers = sorted({name.lower() for name in re.findall(r"<(\w+)>", key)})
    name = re.sub(r"<\w+>", "", key)
    if len(name) == 1 and name.isupper():
        name = name.lower()
    return "".join(f"<{modifier}>" for modifier in modifiers) + name


def bound(root):
    keys = set()
    for path in project.files(root, ".c", under=("src/ui",)):
        text = project.read(root, path)
        for line in re.findall(r'\{ "(?:app|win|window)\.[^"]+", \{ ([^}]+) \} \}', text):
            keys |= {spelled(key) for key in re.findall(r'"([^"]+)"', line)}
        for key, shift in re.findall(r"\{ GDK_KEY_(\w+), (0|GDK_SHIFT_MASK), (?:TRUE|FALSE),", text):
            keys.add(spelled(("" if shift == "0" else "<shift>") + key))
        for key in re.findall(r'\{ GDK_KEY_(\w+), "', text):
            keys.add(spelled("<control>" + key))
        for key, modifier in re.findall(
                r"add_binding(?:_action)? \(\s*widget_class, GDK_KEY_(\w+),\s*(0|GDK_\w+_MASK)", text):
            keys.add(spelled({"0": ""}.get(modifier, f"<{modifier[4:-5].lower()}>") + key))
    return keys


def shown(root):
    keys = set()
    for node in ElementTree.fromstring(project.read(root, OVERLAY)).iter("property"):
        if node.get("name") == "accelerator":
            keys |= {spelled(key) for key in node.text.split()}
    return keys


def main():
    root = project.top()
    keys, listed = bound(root), shown(root)
    problems = [f"{OVERLAY}: lacks {key}" for key in sorted(keys)
                if key not in listed and ALIASES.get(key) not in listed]
    problems += [f"{OVERLAY}: shows {key}, which does nothing"
                 for key in sorted(listed - keys - ELSEWHERE)]
    project.finish(problems, len(keys))


main()
