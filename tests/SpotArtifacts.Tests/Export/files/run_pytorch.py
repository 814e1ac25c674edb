"""python3 run_pytorch.py JOB.json: as run_onnx.js, with the loader of docs/ instead of ONNX Runtime; "runtime" is the loader's folder."""
import json
import pathlib
import sys

import torch

job = json.loads(pathlib.Path(sys.argv[1]).read_text())
sys.path.insert(0, job["runtime"])
from load_in_pytorch import load, spot

torch.set_num_threads(1)
weights, info = load(job["model"])
for batch in job["batches"]:
    images = torch.frombuffer(bytearray(pathlib.Path(batch["input"]).read_bytes()), dtype=torch.float32).reshape(batch["shape"])
    with torch.no_grad():
        outputs = spot(images, weights, info)
    folder, shapes = pathlib.Path(batch["outputs"]), {}
    for name, value in outputs.items():
        folder.joinpath(name).write_bytes(bytes(value.contiguous().flatten().numpy().tobytes()))
        shapes[name] = list(value.shape)
    folder.joinpath("shapes.json").write_text(json.dumps(shapes))
