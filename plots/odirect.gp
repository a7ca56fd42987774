# SPDX-License-Identifier: GPL-2.0-or-later
#
# odirect: direct I/O by size, and what it takes to take references to user pages.
#
# gnuplot -c odirect.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]

heading = "odirect: cost of one operation"
chosen = "read write register unregister gup_take gup_drop"
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
