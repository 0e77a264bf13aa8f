"""gpu_peer.py FILE DEVICE ROUNDS [compiled]: PyTorch does the work of one of gpu_speed's files on a device.

Prints one JSON document: milliseconds a training step and a forward batch take, operation by operation or by
torch.compile, the first batch's probabilities, and on a GPU how long its kernels were busy in a step.
"""
import json
import sys
import time

import torch

from peer import TorchPeer, read_safetensors


class DevicePeer(TorchPeer):
    def __init__(self, tensors, settings, device):
        super().__init__(tensors, settings)
        self.device = torch.device(device)
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        for module in (self.embedding, self.rnn, self.dense):
            module.to(self.device)
        self.tensors = {name: value.to(self.device) for name, value in self.tensors.items()}

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def rounds(self, count, work):
        """Median and quartiles of the milliseconds a batch takes in a round over all batches; the first is not counted."""
        times = []
        batches = list(zip(self.tensors["ids"], self.tensors["labels"]))
        for number in range(count + 1):
            self.wait()
            start = time.perf_counter()
            for ids, labels in batches:
                work(ids, labels)
            self.wait()
            if number > 0:
                times.append((time.perf_counter() - start) / len(batches) * 1e3)
        times.sort()
        return {"ms": times[len(times) // 2], "low": times[len(times) // 4], "high": times[len(times) * 3 // 4]}

    def busy(self):
        """Milliseconds of a training step in which the GPU's kernels ran; PyTorch's profiler says."""
        if self.device.type != "cuda":
            return None
        activities = [torch.profiler.ProfilerActivity.CUDA]
        with torch.profiler.profile(activities=activities) as profile:
            for ids, labels in zip(self.tensors["ids"], self.tensors["labels"]):
                self.step(ids, labels)
            self.wait()
        microseconds = sum(event.self_device_time_total for event in profile.key_averages())
        return microseconds / len(self.tensors["ids"]) / 1e3


def main():
    path, device, rounds, *compiled = sys.argv[1:]
    tensors, settings = read_safetensors(path)
    settings["threads"] = torch.get_num_threads()
    peer = DevicePeer(tensors, settings, device)
    with torch.no_grad():
        probabilities = torch.sigmoid(peer.logits(peer.tensors["ids"][0])).cpu().tolist()
    if compiled:
        peer.logits = torch.compile(peer.logits)
    answer = {"torch": torch.__version__, "device": str(peer.device), "compiled": bool(compiled)}
    answer["train"] = peer.rounds(int(rounds), peer.step)
    with torch.no_grad():
        answer["forward"] = peer.rounds(int(rounds), lambda ids, labels: peer.logits(ids))
    answer["kernels_busy_ms"] = None if compiled else peer.busy()
    answer["probabilities"] = probabilities
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
