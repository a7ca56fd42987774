// SPDX-License-Identifier: GPL-2.0
// Members of struct page are reached through its descriptor.
virtual patch

@element@
struct page *p;
expression i;
identifier f =~ "^(flags|lru|mlock_count|buddy_list|pcp_list|mapping|index|share|private|pp_magic|pp|_pp_mapping_pad|dma_addr|pp_ref_count|compound_head|pgmap|zone_device_data|rcu_head|page_type|_mapcount|_refcount|memcg_data|_last_cpupid)$";
@@
- p[i].f
+ page_desc(&p[i])->f

@sum@
struct page *p;
expression i;
identifier f =~ "^(flags|lru|mlock_count|buddy_list|pcp_list|mapping|index|share|private|pp_magic|pp|_pp_mapping_pad|dma_addr|pp_ref_count|compound_head|pgmap|zone_device_data|rcu_head|page_type|_mapcount|_refcount|memcg_data|_last_cpupid)$";
@@
- (p + i)->f
+ page_desc(p + i)->f

@deref@
struct page **p;
identifier f =~ "^(flags|lru|mlock_count|buddy_list|pcp_list|mapping|index|share|private|pp_magic|pp|_pp_mapping_pad|dma_addr|pp_ref_count|compound_head|pgmap|zone_device_data|rcu_head|page_type|_mapcount|_refcount|memcg_data|_last_cpupid)$";
@@
- (*p)->f
+ page_desc(*p)->f

@member@
struct page *p;
identifier f =~ "^(flags|lru|mlock_count|buddy_list|pcp_list|mapping|index|share|private|pp_magic|pp|_pp_mapping_pad|dma_addr|pp_ref_count|compound_head|pgmap|zone_device_data|rcu_head|page_type|_mapcount|_refcount|memcg_data|_last_cpupid)$";
@@
- p->f
+ page_desc(p)->f
