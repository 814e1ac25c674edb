using SpotArtifacts.Bench;
using SpotArtifacts.Bench.Plain;
using SpotArtifacts.Engine;

// As the program does where it trains; the plain step is timed as its user would start it.
if (args is ["steps" or "pretrain", ..])
    HugePages.RestartWithThem();

return args switch
{
    ["load", .. string[] rest] => LoadingSpeed.Run(rest),
    ["index", .. string[] rest] => IndexMemory.Run(rest),
    ["epoch", .. string[] rest] => EpochMemory.Run(rest),
    ["retrieval", string weights, string gallery, string queries, .. string[] vectors] =>
        RetrievalPrecision.Run(weights, gallery, queries, vectors),
    ["crops", string weights, string folder] => CropCandidates.Run(weights, folder),
    ["inspect", .. string[] rest] => InspectionEvidence.Run(rest),
    ["steps", .. string[] rest] => StepSpeed.Run(rest),
    ["pretrain", .. string[] rest] => PretrainSpeed.Run(rest),
    ["plain", "steps", .. string[] rest] => PlainSpeed.Run(rest),
    ["plain", "pretrain", .. string[] rest] => PlainPretraining.Run(rest),
    ["plain", "verify", .. string[] rest] => PlainSpeed.Verify(rest),
    ["peak", .. string[] rest] => StepSpeed.Peak(rest),
    ["ranks", .. string[] rest] => RankSpeed.Run(rest),
    ["search", .. string[] rest] => SearchSpeed.Run(rest),
    ["recall", .. string[] rest] => ApproximateRecall.Run(rest),
    ["studio", .. string[] rest] => StudioLoad.Run(rest),
    ["voc", .. string[] rest] => ComposedVoc.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        spot-bench load  SIZE SECONDS THREADS PATH...     images/s of augmented batches, nothing kept, and the share of decoding
        spot-bench index COUNT                            memory of an index over COUNT images in one generated tar shard
        spot-bench epoch SIZE MEMORY_MIB PATH...          peak memory of one epoch
        spot-bench crops WEIGHTS PLANTED                  how often features propose planted crops; grey values against strangers
        spot-bench retrieval WEIGHTS GALLERY QUERIES [VECTOR...]  kNN and precision at 10 by layer and pooling, and of all together
        spot-bench inspect RUN COUNT SCALE PATH...        how well planted damage is found; images of SCALE times the size
        spot-bench steps [--preset NAME] [--batch N] [--threads N] [--warm-up S] [--seconds S] [--device NAME] [--precision NAME]
                         [--only NAME] [--set "KEY=VALUE ..."]  time of a step of each stage, and of features
        spot-bench pretrain --images FOLDER --steps N ... mean time of a step in a whole run, with its images, by stage
        spot-bench plain steps|pretrain ...               the same of steps as TorchSharp's own modules make them
        spot-bench plain verify FILE...                   golden tensors against these
        spot-bench peak  ...                              billions of operations a second that convolutions reach here
        spot-bench ranks ...                              the same of steps on the ranks that mpirun starts, beside a model, and its table
        spot-bench search [COUNT DIMENSIONS]              time of one query in an index, and of reading as much memory
        spot-bench recall INDEX [QUERIES]                 recall at 10 and time of approximate search, beside exact search
        spot-bench studio [SECONDS] [RATE] [FOLDER]       searches asked of a studio in its own process, open loop; its memory
        spot-bench voc   FOLDER TRAIN TEST                a devkit in PASCAL VOC's layout: rendered objects composed on backgrounds
        """);
    return 2;
}
