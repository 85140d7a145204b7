"""What a server says of its load."""

from __future__ import annotations

from pipeline.engines.vllm_metrics import Load, load_of

PAGE = """\
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 3.0
vllm:num_requests_running{engine="1",model_name="m"} 2.0
vllm:num_requests_waiting{engine="0",model_name="m"} 1.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="capacity"} 1.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.5
vllm:num_preemptions_total{engine="0",model_name="m"} 4.0
vllm:prefix_cache_queries_total{engine="0",model_name="m"} 2040.0
vllm:prefix_cache_hits_total{engine="0",model_name="m"} 1.024e+03
vllm:prompt_tokens_total{engine="0",model_name="m"} 2040.0
vllm:generation_tokens_total{engine="0",model_name="m"} 441.0
vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="100",sliding_window="None"} 1.0
vllm:cache_config_info{block_size="16",engine="1",num_gpu_blocks="100",sliding_window="None"} 1.0
python_gc_objects_collected_total{generation="0"} 90.0
"""


def test_engines_of_a_server_are_added_up_and_the_fullest_counts() -> None:
    assert load_of(PAGE) == Load(
        running=5, waiting=1, kv_usage=0.5, kv_tokens=3200, preemptions=4, prompt_tokens=2040, generated_tokens=441,
        prefix_queries=2040, prefix_hits=1024,
    )  # fmt: skip


def test_another_servers_page_says_nothing() -> None:
    assert load_of("process_open_fds 12\n") is None
    assert load_of("<html>not found</html>") is None
