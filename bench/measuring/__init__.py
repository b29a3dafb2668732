"""The parts of bench/run.py: servers, the generator, bars, plots, and the page that shows them."""
