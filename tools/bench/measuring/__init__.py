"""The parts of tools/bench/run.py: servers, the generator, bars, plots, and the page that shows them."""
