# SPDX-License-Identifier: GPL-2.0-or-later
#
# compaction: huge pages from fragmented memory.
#
# gnuplot -c compaction.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]

heading = "compaction: one huge page"
chosen = "attempt attempt_p99 huge_pages success_rate scanned_per_huge_page migrated_per_huge_page compact_memory"
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
