// SPDX-License-Identifier: GPL-2.0
// The first page of a folio is not a member of it.
virtual patch

@typed@
struct folio *f;
@@
- &f->page
+ folio_page(f, 0)

@untyped@
expression e;
identifier m =~ "folio$";
@@
(
- &e->m->page
+ folio_page(e->m, 0)
|
- &e.m->page
+ folio_page(e.m, 0)
)
