# SPDX-License-Identifier: GPL-2.0-or-later
#
# memory-offline: a memory block that goes out of use and comes back.
#
# gnuplot -c memory-offline.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]

heading = "memory-offline: one block"
chosen = "offline online migrated"
kind = ARG1
data = ARG2
picture = ARG3
caption = ARG4
variants = ARGC - 4
array label[variants]
do for [i = 1 : variants] { label[i] = ARGV[4 + i] }
folder = ARG0
while (strlen(folder) && folder[strlen(folder):] ne "/") { folder = folder[1:strlen(folder) - 1] }
load folder . "panels.gp"
