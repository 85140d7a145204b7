"""What a run tells of itself: an event log, its state, metrics, spans; and `writ status`, which reads them.

`event` is one thing that happened, in whatever process; `watch`, in the driver alone, writes all of them to `log` and
adds them up in `state`; `metrics` and `spans` pass the sums and the events on; `status` reads the files of any run. No
data set depends on any of it.
"""
