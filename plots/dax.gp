# SPDX-License-Identifier: GPL-2.0-or-later
#
# dax: namespaces that come and go, and faults on what they hold.
#
# gnuplot -c dax.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]

heading = "dax: namespaces and faults"
chosen = "first_bind rebind unbind device_bind bound_memmap_bytes bound_table_bytes memory_taken first_touch first_touch_p99 steady steady_p99 msync"
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
