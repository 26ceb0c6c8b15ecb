dist_man_MANS += hooks/refwall-hook.8
