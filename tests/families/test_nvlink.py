"""NVLink: a replica's tensor-parallel group inside its domain, and one step too wide."""

from __future__ import annotations


def chat(bench, server, work, **entry):
    """The hall with one server of this kind that must run a small chat model."""
    workload = {"id": "chat", "model": "llama-3.1-8b", "precision": "fp16"}
    workload |= {"input_tokens": 512, "output_tokens": 256, **work}
    site = bench.ask(bench.site(workloads=[workload]), {"server": server, "min": 1, "max": 1})
    site["catalog"]["servers"][server] = bench.box(**entry)
    return site


def layout(result):
    """Tensor parallel and replicas of the only server."""
    (server,) = result.plan.servers
    return server.tensor_parallel, server.replicas


def domain(link, gpus):
    """A way to join GPUs, as a catalog entry says it."""
    stated = {"value": gpus, "basis": "estimate", "source": "a round figure for tests"}
    return {"link": link, "domain_gpus": stated}


def test_a_switch_of_eight(bench):
    # tp 8 fills the domain, tp 4 fits twice; tp 16 is wider than any.
    assert (8, 1) == layout(bench.fits(chat(bench, "wide", {"tensor_parallel": 8})))
    assert (4, 2) == layout(bench.fits(chat(bench, "wide", {"tensor_parallel": 4})))
    bench.stops(chat(bench, "wide", {"tensor_parallel": 16}), "nvlink/chat/wide")


def test_a_mesh_of_four(bench):
    four = {"gpus": 4, "scale_up": domain("nvlink-mesh", 4)}
    assert (4, 1) == layout(bench.fits(chat(bench, "mesh", {"tensor_parallel": 4}, **four)))
    text = bench.stops(chat(bench, "mesh", {"tensor_parallel": 8}, **four), "nvlink/chat/mesh")
    assert "domain 4, asked 8" in text


def test_two_meshes_of_four_are_not_one_domain_of_eight(bench):
    # Eight GPUs in two domains: two replicas of 4, none of 8, unless PCIe is allowed.
    twice = {"gpus": 8, "scale_up": domain("nvlink-mesh", 4)}
    assert (4, 2) == layout(bench.fits(chat(bench, "twin", {"tensor_parallel": 4}, **twice)))
    bench.stops(chat(bench, "twin", {"tensor_parallel": 8}, **twice), "nvlink/chat/twin")
    over_pcie = {"tensor_parallel": 8, "domain": "server"}
    assert (8, 1) == layout(bench.fits(chat(bench, "twin", over_pcie, **twice)))


def test_pcie_only(bench):
    pcie = {"gpus": 4, "scale_up": domain("pcie", 1), "accelerator": "l40s"}
    assert (1, 4) == layout(bench.fits(chat(bench, "pcie", {"tensor_parallel": 1}, **pcie)))
    bench.stops(chat(bench, "pcie", {"tensor_parallel": 2}, **pcie), "nvlink/chat/pcie")
    inside = {"tensor_parallel": 4, "domain": "server"}
    assert (4, 1) == layout(bench.fits(chat(bench, "pcie", inside, **pcie)))
    wider = {"tensor_parallel": 8, "domain": "server"}
    bench.stops(chat(bench, "pcie", wider, **pcie), "nvlink/chat/pcie")


def test_a_model_too_large_for_the_server(bench):
    # Llama 3.1 70B at FP16 takes about 141 GB: more than one H100 of 80 GB, less than four.
    def build(size):
        work = {"model": "llama-3.1-70b", "tensor_parallel": size}
        return chat(bench, "wide", work)

    assert (4, 2) == layout(bench.fits(build(4)))
    text = bench.stops(build(1), "workload/chat/wide")
    assert "GB" in text


def test_servers_that_cannot_run_it_stay_idle_where_that_is_allowed(bench):
    four = {"gpus": 4, "scale_up": domain("nvlink-mesh", 4)}
    site = chat(bench, "mesh", {"tensor_parallel": 8}, **four)
    site["demand"][0]["idle"] = True
    (server,) = bench.fits(site).plan.servers
    assert server.workload is None


def test_optimum_only_wide_servers_work(bench):
    # Room for two servers of 8U. Only the wide one runs tp 8: the most throughput is two wide ones,
    # or one and an idle narrow one when only one wide server may be placed.
    site = chat(bench, "wide", {"tensor_parallel": 8})
    bench.entry(site, "racks", "cabinet", rack_units=16)
    site["catalog"]["servers"]["mesh"] = bench.box(gpus=4, scale_up=domain("nvlink-mesh", 4))
    site["objective"] = ["throughput/chat", "servers"]
    for most, expected in ((2, ["wide", "wide"]), (1, ["mesh", "wide"])):
        bench.ask(site, {"server": "wide", "max": most}, {"server": "mesh", "idle": True})
        result = bench.fits(site)
        assert expected == sorted(server.model for server in result.plan.servers)
        rate = next(s.rate for s in result.plan.servers if s.model == "wide")
        assert most * int(rate * 1000) == result.plan.objective[0].value
