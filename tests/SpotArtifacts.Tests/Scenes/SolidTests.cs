using System.Numerics;
using SpotArtifacts.Scenes;

namespace SpotArtifacts.Tests.Scenes;

public class SolidTests
{
    public static TheoryData<int> Classes => [.. Enumerable.Range(0, SceneImages.ClassNames.Count)];

    [Theory]
    [MemberData(nameof(Classes))]
    public void DistanceTo_OutsideTheUnitBall_IsPositive(int label)
    {
        for (int draw = 0; draw < 20; draw++)
        {
            var random = new SceneRandom(draw, 0);
            var solid = SceneImages.DrawSolid(label, random);
            for (int i = 0; i < 500; i++)
                Assert.True(solid.DistanceTo(Direction(random) * 1.01f) > 0, "the renderer would cut this object off");
        }
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void DistanceTo_TwoPoints_DiffersByAtMostTheirDistance(int label)
    {
        var random = new SceneRandom(3, 1);
        var solid = SceneImages.DrawSolid(label, random);
        for (int i = 0; i < 2000; i++)
        {
            var first = Direction(random) * random.Range(0, 1.2f);
            var second = first + (Direction(random) * random.Range(0, 0.5f));
            float change = MathF.Abs(solid.DistanceTo(first) - solid.DistanceTo(second));
            Assert.True(change <= (first - second).Length() + 1e-4f, "a marched ray could step through this object");
        }
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void NormalAt_OutsidePoint_LeadsAwayFromTheSurface(int label)
    {
        var random = new SceneRandom(4, 1);
        var solid = SceneImages.DrawSolid(label, random);
        for (int i = 0; i < 100; i++)
        {
            var point = Direction(random) * 1.1f;
            var normal = solid.NormalAt(point);
            Assert.Equal(1, normal.Length(), 0.001f);
            Assert.True(solid.DistanceTo(point + (normal * 0.01f)) >= solid.DistanceTo(point) - 1e-4f);
        }
    }

    private static Vector3 Direction(SceneRandom random) =>
        Vector3.Normalize(new Vector3(random.Within(1), random.Within(1), random.Within(1)) + new Vector3(1e-4f));
}
