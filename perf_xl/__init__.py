"""perf_xl: read, score, check and consolidate 项目支出绩效自评表."""
