using System.Numerics;
using SpotArtifacts.Scenes;

namespace SpotArtifacts.Tests.Scenes;

public class SceneTests
{
    [Fact]
    public void Scene_EveryClass_StandsOnItsFloor()
    {
        for (int label = 0; label < SceneImages.ClassNames.Count; label++)
        {
            var random = new SceneRandom(label, 2);
            var scene = new Scene(SceneImages.DrawSolid(label, random), random);
            var aside = Vector3.Normalize(Vector3.Cross(scene.Up, new Vector3(0.3f, 0.2f, 0.9f)));
            var across = Vector3.Cross(scene.Up, aside);
            float nearest = float.MaxValue;
            for (float x = -1; x <= 1; x += 0.02f)
            {
                for (float z = -1; z <= 1; z += 0.02f)
                    nearest =
                        MathF.Min(nearest, scene.Solid.DistanceTo((scene.Up * scene.FloorHeight) + (aside * x) + (across * z)));
            }

            Assert.InRange(nearest, -0.12f, 0.03f);
        }
    }

    [Fact]
    public void Scene_Camera_IsOutsideAboveTheFloorAndSeesTheObject()
    {
        for (int i = 0; i < 100; i++)
        {
            var random = new SceneRandom(i, 3);
            var scene = new Scene(SceneImages.DrawSolid(i % 10, random), random);
            Assert.True(scene.Eye.Length() > 2);
            Assert.True(Vector3.Dot(scene.Up, scene.Eye) > scene.FloorHeight);
            // The middle of the object is at most the slack (1 - fill) from the middle of the view.
            float depth = -Vector3.Dot(scene.Eye, scene.Forward);
            float right = -Vector3.Dot(scene.Eye, scene.Right) / scene.Right.LengthSquared() / depth;
            Assert.InRange(MathF.Abs(right), 0, 0.46f);
        }
    }
}
