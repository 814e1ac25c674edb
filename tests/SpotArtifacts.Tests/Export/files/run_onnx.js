// node run_onnx.js JOB.json: runs a model in ONNX Runtime on batches of raw numbers and writes its outputs as raw floats.
// JOB: { runtime: folder of onnxruntime-node, model, type: "uint8" | "float32", batches: [{ input, shape, outputs: folder }] }
"use strict";
const fs = require("fs"), path = require("path");
const job = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const ort = require(job.runtime);

async function main() {
  const session = await ort.InferenceSession.create(job.model, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  for (const batch of job.batches) {
    const bytes = new Uint8Array(fs.readFileSync(batch.input));
    const data = job.type === "uint8" ? bytes : new Float32Array(bytes.buffer, 0, bytes.length / 4);
    const outputs = await session.run({ input: new ort.Tensor(job.type, data, batch.shape) });
    const shapes = {};
    for (const name of session.outputNames) {
      const { data, dims } = outputs[name];
      fs.writeFileSync(path.join(batch.outputs, name), Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      shapes[name] = dims;
    }
    fs.writeFileSync(path.join(batch.outputs, "shapes.json"), JSON.stringify(shapes));
  }
}

main().catch(error => { console.error(error); process.exitCode = 1; });
